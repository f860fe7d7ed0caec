"""Several servers, and servers that stop: names, hand-over, workers, an outage of the store."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.operations.crash import Stop, all_ended, left, stand, stops
from tests.operations.proxy import Proxy
from tests.operations.stories import DELETE, DELETED, MADE, UNDONE, Story
from tests.stores import fresh_database
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.mark.timeout(150)
@pytest.mark.postgres
async def test_of_creates_of_one_name_on_two_servers_one_wins(
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
        await ended(second, winners[0])
        keyed = new_mover("two") | {"idempotencyKey": "k-1"}
        answers = await asyncio.gather(
            *(ask(client, CREATE, input=keyed) for client in (first, second) * 4)
        )
        assert len({answer["createMover"]["operation"]["id"] for answer in answers}) == 1
        await ended(first, answers[0]["createMover"]["operation"]["id"])
    assert left(aws, LAB) == (2, 4, 4)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("fault", ["CreateLocationS3", "CreateTask", "DescribeTask"])
async def test_a_server_that_is_asked_to_stop_leaves_its_work_as_it_stands(
    aws: Sandbox, tmp_path: Path, fault: str
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault(fault, "gate-after"))
    async with Server(aws, tmp_path) as server:
        async with server.client() as client:
            accepted = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        stopping = asyncio.create_task(asyncio.to_thread(server.terminate))
        assert await stopping in (0, -signal.SIGTERM)
        aws.interceptor.clear()
    assert left(aws, LAB)[2] == 2, "nothing was undone"
    async with Server(aws, tmp_path) as again, again.client() as client:
        operation = await ended(client, accepted["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
    assert left(aws, LAB) == (1, 2, 2)


@pytest.mark.timeout(150)
async def test_an_idle_server_that_is_asked_to_stop_ends_by_that_signal(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with Server(aws, tmp_path) as server:
        async with server.client() as client:
            await made(client)
        assert await asyncio.to_thread(server.terminate) in (0, -signal.SIGTERM)


@pytest.mark.timeout(150)
@pytest.mark.postgres
@pytest.mark.parametrize("workers", [1, 2])
async def test_servers_that_start_in_the_same_moment_on_an_empty_database_all_serve(
    aws: Sandbox, tmp_path: Path, workers: int
) -> None:
    furnish(aws, LAB)
    async with AsyncExitStack() as stack:
        database = stack.enter_context(fresh_database(empty=True))
        one, other = (
            Server(aws, tmp_path, database, arguments=[f"--workers={workers}"]) for _ in range(2)
        )
        await asyncio.gather(*(stack.enter_async_context(server) for server in (one, other)))
        for server, name in ((one, "one"), (other, "two")):
            async with server.client() as client:
                await made(client, name=name)
    assert left(aws, LAB) == (2, 4, 4)


@pytest.mark.timeout(150)
async def test_several_workers_share_one_new_file(aws: Sandbox, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.sqlite"
    accounts = [f"{600_000_000_000 + index}" for index in range(12)]
    for account in accounts:
        furnish(aws, account)
    async with Server(aws, tmp_path, new, arguments=["--workers=3"]) as server:
        for _ in range(3):  # a client each, as one keeps to the worker of its connection
            async with server.client() as client:
                mine, accounts = accounts[:4], accounts[4:]
                movers = await asyncio.gather(*(made(client, account=a) for a in mine))
                gone = [await ask(client, DELETE, id=mover) for mover in movers]
                for answer in gone:
                    operation = answer["deleteMover"]["operation"]["id"]
                    assert (await ended(client, operation))["status"] == "COMPLETED"
                assert {left(aws, account) for account in mine} == {(0, 0, 0)}
        assert await asyncio.to_thread(server.terminate) in (0, -signal.SIGTERM)


STORIES = {"made": MADE, "undone": UNDONE, "deleted": DELETED}


@pytest.mark.timeout(300)
@pytest.mark.postgres
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_a_store_that_goes_away_at_every_call_only_delays(
    aws: Sandbox, tmp_path: Path, database: str, story: Story
) -> None:
    found = await stops(aws, tmp_path / "undisturbed", [story])
    where = {account: stop for account, stop in found.items() if _once_accepted(stop)}
    address = psycopg.conninfo.conninfo_to_dict(database)
    async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
        url = sa.make_url(database).set(host="127.0.0.1", port=way.port)
        store = url.render_as_string(hide_password=False)
        async with (
            Server(aws, tmp_path, store) as one,
            Server(aws, tmp_path, store),
            one.client() as client,
        ):
            requests = await stand(aws, client, where)
            for answer in await asyncio.gather(*requests.values()):
                assert answer
                assert "errors" not in answer, answer
            way.cut()
            aws.interceptor.clear()
            await way.refuses(40)
            way.mend()
            operations = await all_ended(database, client)
    for account, stop in where.items():
        ended = (operations[account]["status"], left(aws, account))
        assert ended == (story.status, story.after), (str(stop), operations[account])
        failure = operations[account]["failure"]
        assert "store" not in (failure["message"] if failure else "")


def _once_accepted(stop: Stop) -> bool:
    """Whether the call comes after the request was answered, so that a test may wait for that."""
    operation = stop.point.operation
    if stop.story is DELETED:
        return operation.startswith("Delete")
    return operation not in ("ListTasks", "AssumeRole")
