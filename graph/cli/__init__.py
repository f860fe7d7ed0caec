"""The command line: parses arguments and runs one command."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.cli import check, token
from graph.cli.output import fail
from graph.config.settings import SettingsError
from graph.config.sources import FILE, find
from graph.observability import logs

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

_SCHEMA: Final = Path("schema.graphql")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command. Returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SettingsError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="datasync-api",
        description="GraphQL and REST server for AWS DataSync movers across accounts.",
    )
    parser.add_argument(
        "--version", "-version", action="version", version=f"datasync-api {version('datasync-api')}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _serve_arguments(commands.add_parser("serve", help="serve the API"))
    _sandbox_arguments(
        commands.add_parser("sandbox", help="serve the API with an embedded AWS, for trying it out")
    )
    _demo_arguments(
        commands.add_parser(
            "demo",
            help="create, start, follow, stop and delete a mover on an embedded AWS",
        )
    )
    _schema_arguments(commands.add_parser("schema", help="print the GraphQL schema"))
    token.add_arguments(
        commands.add_parser(
            "token", help="print an authentication header for a key, ready for curl -H"
        )
    )
    check.add_arguments(
        commands.add_parser("check", help="try what the server needs in AWS, account by account")
    )
    _store_arguments(
        commands.add_parser("store", help="upgrade the schema of the store, or print its revision")
    )
    _settings_arguments(
        commands.add_parser("settings", help="print all settings as a Markdown table")
    )
    return parser


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        "-config",
        metavar="FILE",
        help="settings in TOML, or the original server's JSON; environment variables take "
        "precedence",
    )
    parser.add_argument(
        "--workers", type=_workers, default=1, help="number of server processes (default: 1)"
    )
    parser.set_defaults(run=_serve)


def _sandbox_arguments(parser: argparse.ArgumentParser) -> None:
    _port_arguments(parser)
    parser.set_defaults(run=_sandbox)


def _port_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=0, help="port of the API (default: a free one)"
    )
    parser.add_argument(
        "--aws-port", type=_port, default=0, help="port of the embedded AWS (default: a free one)"
    )


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exit", action="store_true", help="exit after the last step, even at a terminal"
    )
    _port_arguments(parser)
    parser.set_defaults(run=_demo)


def _schema_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="fail unless schema.graphql is up to date"
    )
    parser.add_argument("--write", action="store_true", help="write the schema to schema.graphql")
    parser.set_defaults(run=_schema)


def _store_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("upgrade", "current"), help="what to do")
    parser.add_argument("--config", "-config", metavar="FILE", help="as for serve")
    parser.set_defaults(run=_store)


def _settings_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_settings)


def _serve(arguments: argparse.Namespace) -> int:
    from graph.server.start import serve  # noqa: PLC0415 - each command loads what it needs alone

    found = find(arguments.config)
    if arguments.config:  # each worker reads the settings for itself
        os.environ[FILE] = arguments.config
    log_format = found.settings.log_format
    logs.set_up("info", log_format)  # how the original's entries were understood, at any level
    for how in found.understood:
        log.info("%s", how)
    logs.set_up(found.settings.log_level, log_format)
    if found.settings.persisted_documents:
        from graph.app import configured_schema  # noqa: PLC0415 - the same

        configured_schema(found.settings)  # rejects a document before any worker is started
    return serve(found, arguments.workers)


def _sandbox(arguments: argparse.Namespace) -> int:
    try:
        from graph.sandbox.demo import serve_forever  # noqa: PLC0415 - an extra
        from graph.sandbox.deployment import Ports  # noqa: PLC0415 - an extra
    except ImportError as error:
        return _missing(error)
    return serve_forever(Ports(api=arguments.port, aws=arguments.aws_port))


def _demo(arguments: argparse.Namespace) -> int:
    try:
        from graph.sandbox.demo import run_demo  # noqa: PLC0415 - an extra
        from graph.sandbox.deployment import Ports  # noqa: PLC0415 - an extra
    except ImportError as error:
        return _missing(error)
    stay = not arguments.exit and sys.stdin.isatty() and sys.stdout.isatty()
    return run_demo(Ports(api=arguments.port, aws=arguments.aws_port), stay=stay)


def _schema(arguments: argparse.Namespace) -> int:
    from graph.app import graphql_schema  # noqa: PLC0415 - each command loads what it needs alone

    printed = graphql_schema().as_str() + "\n"
    if arguments.write:
        _SCHEMA.write_text(printed, encoding="utf-8")
        return 0
    if arguments.check:
        if not _SCHEMA.exists():
            return fail(
                f"{_SCHEMA} does not exist in {Path.cwd()}; write it with: datasync-api schema "
                "--write"
            )
        if _SCHEMA.read_text(encoding="utf-8") == printed:
            return 0
        return fail("schema.graphql is out of date; update it with: datasync-api schema --write")
    sys.stdout.write(printed)
    return 0


def _store(arguments: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - each command loads what it needs alone

    from graph.store import newest_revision, revision_of, trouble_with  # noqa: PLC0415 - the same

    url = find(arguments.config).settings.store_url
    if arguments.action == "upgrade":
        trouble = asyncio.run(trouble_with(url))
        if trouble:
            return fail(f"the store cannot be upgraded: {trouble}")
    try:
        revision = revision_of(url)
    except Exception:  # noqa: BLE001 - a boundary: the driver's message may name the password
        return fail("the store cannot be read")
    note = "" if revision == newest_revision() else f" (this version: {newest_revision()})"
    print(f"{revision or 'none'}{note}")  # noqa: T201 - the command's answer
    return 0


def _settings(_arguments: argparse.Namespace) -> int:
    from graph.config.reference import table  # noqa: PLC0415 - each command loads what it needs alone

    print(table())  # noqa: T201 - the command's answer
    return 0


def _workers(given: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", given) or int(given) == 0:
        raise argparse.ArgumentTypeError(f"'{given}' is not a number of workers between 1 and 999")
    return int(given)


def _port(given: str) -> int:
    if not given.isdigit() or int(given) > 65_535:  # noqa: PLR2004 - the last port
        raise argparse.ArgumentTypeError(f"'{given}' is not a port number")
    return int(given)


def _missing(error: ImportError) -> int:
    return fail(
        f"the Python package {error.name} is missing; install the sandbox extra: pip install "
        "'datasync-api[sandbox]'"
    )
