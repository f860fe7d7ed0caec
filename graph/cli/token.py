"""``datasync-api token``: prints an authentication header, generates a key, or explains a token."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from graph.cli import explain
from graph.cli.output import complain, fail
from graph.config.settings import COSTS, USUAL_COST, SettingsError
from graph.config.sources import load_keys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", "-config", metavar="FILE", help="the settings file, as for serve"
    )
    parser.add_argument(
        "--key-name", metavar="NAME", help="the configured key to use (default: the first)"
    )
    parser.add_argument(
        "--key-file", metavar="FILE", help="read the key from a file instead, or from stdin with -"
    )
    parser.add_argument(
        "--cost",
        type=int,
        default=10,
        help=f"the bcrypt cost, {COSTS[0]} to {COSTS[-1]} (default: 10); servers reject costs "
        f"above their TOKEN_MAX_COST, by default {USUAL_COST}",
    )
    parser.add_argument(
        "--plain", action="store_true", help="print the token without the name of the header"
    )
    parser.add_argument(
        "--explain",
        metavar="FILE",
        help="explain whether the server accepts the token (JWT) in a file, or from stdin with -, "
        "and which rights it has",
    )
    parser.add_argument("--new", action="store_true", help="generate a new key and its SHA-256")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from graph.auth import HEADER, new_key, token_for  # noqa: PLC0415 - what it needs alone

    if arguments.new:
        key, digest = new_key()
        print(f'# Authorization: Bearer {key}\nsha256 = "{digest}"')  # noqa: T201 - the answer
        return 0
    if arguments.explain:
        return explain.run(_text_of("token", arguments.explain), load_keys(arguments.config))
    if arguments.cost not in COSTS:
        return fail(f"the cost must be between {COSTS[0]} and {COSTS[-1]}, not {arguments.cost}")
    key = _key_of(arguments)
    if arguments.key_file and arguments.cost > USUAL_COST:
        complain(f"servers reject a cost above {USUAL_COST} unless their TOKEN_MAX_COST allows it")
    token = token_for(key, arguments.cost)
    print(token if arguments.plain else f"{HEADER}: {token}")  # noqa: T201 - the answer
    return 0


def _key_of(arguments: argparse.Namespace) -> str:
    """The plain-text key, from a file or from the settings. Raises SettingsError."""
    from graph.auth import clear_key  # noqa: PLC0415 - each command loads what it needs alone

    if arguments.key_file:
        try:
            return clear_key(_text_of("key", arguments.key_file).removesuffix("\n")).decode()
        except ValueError as error:
            raise SettingsError(f"the key in {arguments.key_file}: {error}") from None
    settings = load_keys(arguments.config)
    if not settings.all_keys:
        raise SettingsError("no key is configured: callers have tokens of the configured issuers")
    keys = {key.name: key.clear for key in settings.all_keys}
    name = arguments.key_name or next(iter(keys))
    clear = keys.get(name)
    if name not in keys:
        raise SettingsError(f"there is no key '{name}'; the configured keys are {', '.join(keys)}")
    if clear is None:
        raise SettingsError(
            f"key '{name}' is configured by its SHA-256 only: send the key itself in "
            "'Authorization: Bearer'"
        )
    cap = settings.token_max_cost
    if arguments.cost > cap:
        raise SettingsError(f"the server rejects a cost above {cap}, its TOKEN_MAX_COST")
    return clear.decode()


def _text_of(what: str, file: str) -> str:
    """What is in a file, or on standard input. Raises SettingsError."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"the {what} in {file}: {error}") from None
