"""An outage of the store leaves two lines in the log, and no tracebacks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.operations.proxy import Proxy
from tests.stores import fresh_database
from tests.world import LAB, furnish, made

_FAILURES = 25
"""Connections that are refused during the outage: those of several rounds of each job."""


@pytest.mark.timeout(150)
@pytest.mark.postgres
async def test_an_outage_is_logged_with_its_cause_when_it_begins_and_when_it_ends(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    log = tmp_path / "log"
    with fresh_database() as database:
        url = sa.make_url(database)
        async with Proxy(url.host or "", url.port or 5432) as proxy:
            way = url.set(port=proxy.port).render_as_string(hide_password=False)
            async with (
                Server(aws, tmp_path, way, log=log, LEASE_SECONDS="2") as server,
                server.client() as client,
            ):
                await made(client, name="before")
                proxy.cut()
                async with asyncio.timeout(60):
                    await proxy.refuses(_FAILURES)
                proxy.mend()
                await made(client, name="after")
    lines = [line for line in log.read_text().splitlines() if "DeprecationWarning" not in line]
    begun = [line for line in lines if "the store does not answer: " in line]
    ended = [line for line in lines if "the store answers again after " in line]
    assert (len(begun), len(ended)) == (1, 1), lines
    assert "connection" in begun[0]
    assert len(lines) <= 6, lines
    assert "Traceback" not in log.read_text()
