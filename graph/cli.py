"""``datasync-api``: serve, sandbox, demo, schema, token, settings."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.config.settings import COSTS, USUAL_COST, SettingsError
from graph.config.sources import FILE, find, load_keys
from graph.observability import logs

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

_SCHEMA: Final = Path("schema.graphql")


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Gives the status to exit with."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SettingsError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="datasync-api", description="GraphQL and REST for AWS DataSync movers."
    )
    parser.add_argument(
        "--version", "-version", action="version", version=f"datasync-api {version('datasync-api')}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the API")
    serve.add_argument(
        "--config",
        "-config",
        metavar="FILE",
        help="TOML with settings, or the original's JSON; the environment wins",
    )
    serve.add_argument(
        "--workers", type=_workers, default=1, help="processes that serve (default: 1)"
    )
    serve.set_defaults(run=_serve)
    sandbox = commands.add_parser("sandbox", help="serve the API on an embedded AWS")
    sandbox.add_argument("--port", type=_port, default=0, help="of the API (default: a free one)")
    sandbox.add_argument(
        "--aws-port", type=_port, default=0, help="of the embedded AWS (default: a free one)"
    )
    sandbox.set_defaults(run=_sandbox)
    demo = commands.add_parser("demo", help="play the main job on an embedded AWS")
    demo.add_argument("--exit", action="store_true", help="end after the last act")
    demo.set_defaults(run=_demo)
    schema = commands.add_parser("schema", help="print the GraphQL schema")
    schema.add_argument("--check", action="store_true", help="compare it with schema.graphql")
    schema.add_argument("--write", action="store_true", help="write it to schema.graphql")
    schema.set_defaults(run=_schema)
    token = commands.add_parser("token", help="make a header for a key, ready for curl -H")
    token.add_argument("--config", "-config", metavar="FILE", help="as for serve")
    token.add_argument("--key-name", metavar="NAME", help="which of the configured keys")
    token.add_argument("--key-file", metavar="FILE", help="a key to read instead, - for stdin")
    token.add_argument(
        "--cost",
        type=int,
        default=10,
        help=f"bcrypt's, {COSTS[0]} to {COSTS[-1]} (default: 10); servers refuse one above their "
        f"TOKEN_MAX_COST, {USUAL_COST} by default, which --key-file cannot know: it warns",
    )
    token.add_argument("--plain", action="store_true", help="print the token alone")
    token.add_argument("--new", action="store_true", help="make a new key and its SHA-256")
    token.set_defaults(run=_token)
    settings = commands.add_parser("settings", help="print all settings as a table")
    settings.set_defaults(run=_settings)
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    from graph.server.start import serve  # noqa: PLC0415 - each command loads what it needs alone

    found = find(arguments.config)
    if arguments.config:  # each worker reads the settings for itself
        os.environ[FILE] = arguments.config
    logs.set_up("info")  # how the original's entries were understood is told at any level
    for how in found.understood:
        log.info("%s", how)
    logs.set_up(found.settings.log_level)
    return serve(found, arguments.workers)


def _sandbox(arguments: argparse.Namespace) -> int:
    try:
        from graph.sandbox.demo import serve_forever  # noqa: PLC0415 - an extra
        from graph.sandbox.stage import Ports  # noqa: PLC0415 - an extra
    except ImportError as error:
        return _missing(error)
    return serve_forever(Ports(api=arguments.port, aws=arguments.aws_port))


def _demo(arguments: argparse.Namespace) -> int:
    try:
        from graph.sandbox.demo import play  # noqa: PLC0415 - an extra
    except ImportError as error:
        return _missing(error)
    return play(stay=not arguments.exit and sys.stdin.isatty() and sys.stdout.isatty())


def _schema(arguments: argparse.Namespace) -> int:
    from graph.app import graphql_schema  # noqa: PLC0415 - each command loads what it needs alone

    printed = graphql_schema().as_str() + "\n"
    if arguments.write:
        _SCHEMA.write_text(printed, encoding="utf-8")
        return 0
    if arguments.check:
        if not _SCHEMA.exists():
            return _fail(f"there is no {_SCHEMA} in {Path.cwd()} to compare the schema with")
        if _SCHEMA.read_text(encoding="utf-8") == printed:
            return 0
        return _fail("schema.graphql is out of date: run datasync-api schema --write")
    sys.stdout.write(printed)
    return 0


def _token(arguments: argparse.Namespace) -> int:
    from graph.auth import HEADER, new_key, token_for  # noqa: PLC0415 - what it needs alone

    if arguments.new:
        key, digest = new_key()
        print(f'# Authorization: Bearer {key}\nsha256 = "{digest}"')  # noqa: T201 - the answer
        return 0
    if arguments.cost not in COSTS:
        return _fail(f"a cost is {COSTS[0]} to {COSTS[-1]}, not {arguments.cost}")
    key = _key_of(arguments)
    if arguments.key_file and arguments.cost > USUAL_COST:
        _complain(f"a server refuses a cost above {USUAL_COST} unless its TOKEN_MAX_COST allows it")
    token = token_for(key, arguments.cost)
    print(token if arguments.plain else f"{HEADER}: {token}")  # noqa: T201 - the answer
    return 0


def _key_of(arguments: argparse.Namespace) -> str:
    """In clear: from a file, or of the settings by its name. Raises SettingsError."""
    from graph.auth import clear_key  # noqa: PLC0415 - each command loads what it needs alone

    if arguments.key_file:
        try:
            text = (
                sys.stdin.read()
                if arguments.key_file == "-"
                else Path(arguments.key_file).read_text(encoding="utf-8")
            )
            return clear_key(text.removesuffix("\n")).decode()
        except (OSError, ValueError) as error:
            raise SettingsError(f"the key of {arguments.key_file}: {error}") from None
    settings = load_keys(arguments.config)
    keys = {key.caller.name: key.clear for key in settings.all_keys}
    name = arguments.key_name or next(iter(keys))
    clear = keys.get(name)
    if name not in keys:
        raise SettingsError(f"there is no key '{name}', but {', '.join(keys)}")
    if clear is None:
        raise SettingsError(f"key '{name}' is known by its SHA-256 alone: send it as a bearer")
    cap = settings.token_max_cost
    if arguments.cost > cap:
        raise SettingsError(f"the server refuses a cost above {cap}, its TOKEN_MAX_COST")
    return clear.decode()


def _settings(_arguments: argparse.Namespace) -> int:
    from graph.config.settings import table  # noqa: PLC0415 - each command loads what it needs alone

    print(table())  # noqa: T201 - the command's answer
    return 0


def _workers(given: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", given) or int(given) == 0:
        raise argparse.ArgumentTypeError(f"'{given}' is not a number of processes from 1 to 999")
    return int(given)


def _port(given: str) -> int:
    if not given.isdigit() or int(given) > 65_535:  # noqa: PLR2004 - the last port
        raise argparse.ArgumentTypeError(f"'{given}' is not a port")
    return int(given)


def _missing(error: ImportError) -> int:
    return _fail(f"{error.name} is missing: pip install 'datasync-api[sandbox]'")


def _fail(why: str) -> int:
    _complain(why)
    return 2


def _complain(why: str) -> None:
    print(f"datasync-api: {why}", file=sys.stderr)  # noqa: T201 - the command's answer
