"""``datasync-api``: serve, sandbox, demo, schema, token, settings."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.settings import FILE, SettingsError, load

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMA: Final = Path("schema.graphql")
_SOCKET_BYTES: Final = 65_536


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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the API")
    serve.add_argument("--config", help="a TOML file with settings; the environment wins")
    serve.add_argument("--workers", type=int, default=1, help="processes that serve (default: 1)")
    serve.set_defaults(run=_serve)
    sandbox = commands.add_parser("sandbox", help="serve the API on an embedded AWS")
    sandbox.set_defaults(run=_sandbox)
    demo = commands.add_parser("demo", help="play the main job on an embedded AWS")
    demo.add_argument("--exit", action="store_true", help="end after the last act")
    demo.set_defaults(run=_demo)
    schema = commands.add_parser("schema", help="print the GraphQL schema")
    schema.add_argument("--check", action="store_true", help="compare it with schema.graphql")
    schema.add_argument("--write", action="store_true", help="write it to schema.graphql")
    schema.set_defaults(run=_schema)
    token = commands.add_parser("token", help="make a token for the configured key")
    token.set_defaults(run=_token)
    settings = commands.add_parser("settings", help="print all settings as a table")
    settings.set_defaults(run=_settings)
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    import uvicorn  # noqa: PLC0415 - each command loads what it needs alone

    if arguments.config:
        os.environ[FILE] = arguments.config
    settings = load()
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s level=%(levelname)s logger=%(name)s %(message)s",
    )
    # The refusal that it logs with a traceback is an answer of ours.
    logging.getLogger("aiobotocore.credentials").setLevel(logging.ERROR)
    host, port = settings.address
    uvicorn.run(
        "graph.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=arguments.workers,
        loop="asyncio",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=_SOCKET_BYTES,
        ws_per_message_deflate=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=int(settings.drain_seconds) + 1,
        # On a busy machine a worker may take longer to start than uvicorn's 5 seconds.
        timeout_worker_healthcheck=60,
    )
    return 0


def _sandbox(_arguments: argparse.Namespace) -> int:
    try:
        from graph.sandbox.demo import serve_forever  # noqa: PLC0415 - an extra
    except ImportError as error:
        return _missing(error)
    return serve_forever()


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
        if _SCHEMA.exists() and _SCHEMA.read_text(encoding="utf-8") == printed:
            return 0
        return _fail("schema.graphql is out of date: run datasync-api schema --write")
    sys.stdout.write(printed)
    return 0


def _token(_arguments: argparse.Namespace) -> int:
    from graph.auth import token_for  # noqa: PLC0415 - each command loads what it needs alone

    print(token_for(load().token.get_secret_value()))  # noqa: T201 - the command's answer
    return 0


def _settings(_arguments: argparse.Namespace) -> int:
    from graph.settings import table  # noqa: PLC0415 - each command loads what it needs alone

    print(table())  # noqa: T201 - the command's answer
    return 0


def _missing(error: ImportError) -> int:
    return _fail(f"{error.name} is missing: pip install 'datasync-api[sandbox]'")


def _fail(why: str) -> int:
    print(f"datasync-api: {why}", file=sys.stderr)  # noqa: T201 - the command's answer
    return 2
