"""SIGTERM in the middle of a create: it neither fails nor is undone, and continues afterwards."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.operations.crash import GATES, Point, all_standing, left, stop_at
from tests.world import CREATE, ask, ended, furnish, new_mover

CALLS = ("CreateRole", "PutRolePolicy", "CreateLocationS3", "CreateTask")
POINTS = [Point(call, 0, gate) for call in CALLS for gate in GATES]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("drain", ["0", "0.3"])
async def test_a_create_goes_on_wherever_its_server_was_stopped(
    aws: Sandbox, tmp_path: Path, drain: str
) -> None:
    where = {f"{500_000_000_000 + n}": point for n, point in enumerate(POINTS)}
    log, operations = tmp_path / "log", {}
    async with Server(aws, tmp_path, log=log, DRAIN_SECONDS=drain) as server:
        async with server.client() as client:
            for account, point in where.items():
                furnish(aws, account)
                stop_at(aws, account, point)
                payload = await ask(client, CREATE, input=new_mover(account=account))
                operations[account] = payload["createMover"]["operation"]["id"]
            assert await asyncio.to_thread(all_standing, aws, len(where))
        # uvicorn ends by the signal that it was given, once its lifespan is over.
        assert await asyncio.to_thread(server.terminate) in (0, -signal.SIGTERM)
    said = log.read_text()
    assert "Traceback" not in said, said
    assert "after shutdown" not in said, said
    assert [line for line in said.splitlines() if " level=" not in line] == []
    aws.interceptor.clear()
    async with Server(aws, tmp_path, log=log) as server, server.client() as client:
        shown = await asyncio.gather(*(ended(client, key) for key in operations.values()))
    assert {account: end["status"] for account, end in zip(where, shown, strict=True)} == (
        dict.fromkeys(where, "COMPLETED")
    ), shown
    assert {account: left(aws, account) for account in where} == dict.fromkeys(where, (1, 2, 2))
    assert "Traceback" not in log.read_text(), log.read_text()
