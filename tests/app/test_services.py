"""What a process holds of PostgreSQL, however much it has to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from graph.sandbox import Sandbox
from tests.stores import fresh_database
from tests.world import CREATE, LAB, ask, ended, furnish, new_mover, serving

STORE, ENGINE, LISTENING = 4, 3, 1
COUNT = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.mark.postgres
async def test_a_process_has_no_more_connections_than_its_settings_say(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    most = 0
    with fresh_database() as url:
        async with (
            await psycopg.AsyncConnection.connect(url, autocommit=True) as watching,
            serving(
                tmp_path, store_url=url, store_connections=STORE, engine_connections=ENGINE
            ) as client,
        ):

            async def create(number: int) -> str:
                given = new_mover(f"m{number}")
                payload = (await ask(client, CREATE, input=given))["createMover"]
                operation = await ended(client, payload["operation"]["id"])
                return str(operation["status"])

            creates = [asyncio.create_task(create(number)) for number in range(12)]
            while not all(each.done() for each in creates):
                row = await (await watching.execute(COUNT)).fetchone()
                assert row is not None
                most = max(most, row[0])
            assert [each.result() for each in creates] == ["COMPLETED"] * 12
    assert ENGINE + LISTENING < most <= STORE + ENGINE + LISTENING
