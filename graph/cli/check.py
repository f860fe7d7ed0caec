"""``datasync-api check``: tries what the server needs in AWS, and prints what AWS answers."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from graph.cli.output import fail
from graph.config.sources import find
from graph.model import names
from graph.model.errors import Invalid
from graph.observability import logs

if TYPE_CHECKING:
    from graph.aws.check import Finding
    from graph.config.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", "-config", metavar="FILE", help="as for serve")
    parser.add_argument(
        "--account",
        action="append",
        default=[],
        metavar="ID",
        type=_account,
        help="an account to check; may be repeated (default: those that the settings allow)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints a line per attempt. Returns 0 if all succeeded, else 1."""
    found = find(arguments.config)
    os.environ.update(found.credentials)
    accounts = arguments.account or found.settings.accounts
    if not accounts:
        return fail("name an account with --account: the settings allow any")
    logs.set_up("error")  # the lines that are printed have what AWS refused
    return asyncio.run(_check(found.settings, accounts))


async def _check(settings: Settings, accounts: Sequence[str]) -> int:
    failed = 0
    async for finding in _findings(settings, accounts):
        state = "ok" if finding.succeeded else "FAILED"
        print(f"{state:6}  {finding.where:12}  {finding.what}: {finding.detail}")  # noqa: T201
        failed += not finding.succeeded
    return 1 if failed else 0


async def _findings(settings: Settings, accounts: Sequence[str]) -> AsyncIterator[Finding]:
    from graph.app import gateway_of  # noqa: PLC0415 - the same
    from graph.aws.check import check_account, check_server  # noqa: PLC0415 - what it needs alone

    async with gateway_of(settings) as gateway:
        own = await check_server(gateway)
        yield own
        for account in accounts if own.succeeded else ():
            async for finding in check_account(gateway.bind(account), settings.task_quota):
                yield finding


def _account(given: str) -> str:
    try:
        return names.account_id(given)
    except Invalid as error:
        raise argparse.ArgumentTypeError(error.message) from None
