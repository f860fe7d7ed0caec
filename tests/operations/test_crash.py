"""kill -9 of a real server at calls to AWS: what was accepted ends all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from graph.sandbox import Fault, Sandbox
from tests.server import Server
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover

DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"
POSTGRES = os.environ.get("DATASYNC_API_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
AT = [
    (operation, gate)
    for operation in ("CreateRole", "PutRolePolicy", "CreateLocationS3", "CreateTask")
    for gate in ("gate", "gate-after")
]


@pytest.fixture
def database() -> Iterator[str]:
    """A database of the test's own."""
    name = f"t_{uuid.uuid4().hex}"
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        if os.environ.get("DATASYNC_API_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES}")
    yield POSTGRES.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def stopped_at(aws: Sandbox, server: Server, operation: str, gate: str) -> str:
    """Accepts a create, and kills the server at that call; gives the operation's id."""
    aws.border.add(Fault(operation, gate))
    async with server.client() as client:
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
    assert await asyncio.to_thread(aws.border.wait_for_gate, 20)
    server.kill()
    aws.border.clear()
    return str(payload["operation"]["id"])


def left(aws: Sandbox) -> tuple[int, int, int]:
    state = aws.state()[LAB]
    return len(state["tasks"]), len(state["locations"]), len(state["roles"])


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("operation", "gate"), AT)
async def test_a_create_goes_on_when_the_server_starts_again(
    aws: Sandbox, tmp_path: Path, operation: str, gate: str
) -> None:
    furnish(aws, LAB)
    async with Server(aws, tmp_path) as server:
        accepted = await stopped_at(aws, server, operation, gate)
    async with Server(aws, tmp_path) as again, again.client() as client:
        shown = await ended(client, accepted)
    assert (shown["status"], shown["failure"]) == ("COMPLETED", None)
    assert left(aws) == (1, 2, 3)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("operation", ["DeleteTask", "DeleteLocation", "DeleteRole"])
async def test_a_delete_goes_on_when_the_server_starts_again(
    aws: Sandbox, tmp_path: Path, operation: str
) -> None:
    furnish(aws, LAB)
    async with Server(aws, tmp_path) as server, server.client() as client:
        mover = await made(client)
        aws.border.add(Fault(operation, "gate-after"))
        accepted = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert await asyncio.to_thread(aws.border.wait_for_gate, 20)
        server.kill()
        aws.border.clear()
    async with Server(aws, tmp_path) as again, again.client() as client:
        assert (await ended(client, accepted))["status"] == "COMPLETED"
    assert left(aws) == (0, 0, 1)


@pytest.mark.timeout(120)
@pytest.mark.postgres
async def test_another_server_takes_over_from_one_that_never_returns(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    furnish(aws, LAB)
    async with Server(aws, tmp_path, database) as one, Server(aws, tmp_path, database) as other:
        accepted = await stopped_at(aws, one, "CreateTask", "gate-after")
        async with other.client() as client:
            assert (await ended(client, accepted))["status"] == "COMPLETED"
    assert left(aws) == (1, 2, 3)


@pytest.mark.timeout(120)
@pytest.mark.postgres
async def test_of_two_creates_of_one_name_on_two_servers_one_wins(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    furnish(aws, LAB)
    async with (
        Server(aws, tmp_path, database) as one,
        Server(aws, tmp_path, database) as other,
        one.client() as first,
        other.client() as second,
    ):
        answers = await asyncio.gather(
            *(ask(client, CREATE, input=new_mover()) for client in (first, second) * 4)
        )
        payloads = [answer["createMover"] for answer in answers]
        winners = [p["operation"]["id"] for p in payloads if p["operation"]]
        assert len(winners) == 1
        assert {e["code"] for p in payloads for e in p["errors"]} == {"NAME_TAKEN"}
        await ended(first, winners[0])
    assert left(aws) == (1, 2, 3)


@pytest.mark.timeout(120)
async def test_a_server_that_is_asked_to_stop_ends_by_that_signal(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with Server(aws, tmp_path) as server:
        async with server.client() as client:
            await made(client)
        assert await asyncio.to_thread(server.terminate) in (0, -signal.SIGTERM)
