"""Waiting for a run or an operation to end, in a plain query."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import application, services
from graph.concurrency import Waits
from graph.context import Services
from graph.model.caller import Caller
from graph.sandbox import Fault, Sandbox
from tests.world import CREATE, LAB, ask, furnish, made, new_mover, serving, tell

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
RUN = """
query($id: ID!, $seconds: Int) {
  waitForRun(run: $id, timeoutSeconds: $seconds) { outcome progress { percent sequence } }
}
""".replace("Int)", "Int! = 60)")
OPERATION = """
query($id: ID!, $seconds: Int! = 60) {
  waitForOperation(operation: $id, timeoutSeconds: $seconds) { id status }
}
"""


@dataclass
class World:
    aws: Sandbox
    client: httpx.AsyncClient
    waits: Waits
    mover: str = ""

    async def started(self) -> str:
        """A run that moves with the sandbox's clock alone."""
        await asyncio.to_thread(self.aws.turn, 0)
        return str((await ask(self.client, START, id=self.mover))["startMover"]["run"]["id"])

    async def waiting(self, count: int = 1) -> None:
        """Returns when that many requests wait."""
        async with asyncio.timeout(30):
            while len(self.waits._open) < count:
                await ask(self.client, "{ server { version } }")


@pytest.fixture
async def world(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    furnish(aws, LAB, a=b"x" * 100)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    opened: list[Services] = []
    plain = services.open_services

    async def noted(*given: Any) -> Services:
        opened.append(await plain(*given))
        return opened[-1]

    monkeypatch.setattr(application, "open_services", noted)
    async with serving(tmp_path) as client:
        world = World(aws, client, opened[0].waits)
        world.mover = await made(client)
        yield world


async def test_a_run_is_returned_when_it_has_ended(world: World) -> None:
    run = await world.started()
    answers = [asyncio.create_task(ask(world.client, RUN, id=run)) for _ in range(3)]
    await world.waiting(3)
    await asyncio.to_thread(world.aws.settle)
    for answer in await asyncio.gather(*answers):
        shown = answer["waitForRun"]
        assert (shown["outcome"], shown["progress"]["percent"]) == ("SUCCEEDED", 100)
        assert shown["progress"]["sequence"] > 0
    again = await ask(world.client, RUN, id=run)
    assert again["waitForRun"]["outcome"] == "SUCCEEDED"


async def test_a_run_is_returned_as_it_is_when_the_time_is_over(world: World) -> None:
    run = await world.started()
    shown = (await ask(world.client, RUN, id=run, seconds=1))["waitForRun"]
    assert shown["outcome"] is None
    assert shown["progress"]["sequence"] > 0


async def test_a_server_that_stops_answers_at_once(world: World) -> None:
    run = await world.started()
    answer = asyncio.create_task(ask(world.client, RUN, id=run))
    await world.waiting()
    world.waits.end()
    assert (await asyncio.wait_for(answer, 30))["waitForRun"]["outcome"] is None
    assert (await ask(world.client, RUN, id=run))["waitForRun"]["outcome"] is None


async def test_who_waits_with_a_withdrawn_key_is_shown_nothing(world: World) -> None:
    run = await world.started()
    nested = """query($id: ID!) { waitForRun(run: $id, timeoutSeconds: 60) {
      status mover { name account { movers { totalCount } } }
    } }"""
    document = tell(world.client, nested, id=run)
    for query in (document, tell(world.client, OPERATION, id=await created(world))):
        answer = asyncio.create_task(query)
        await world.waiting()
        calls = world.aws.interceptor.counts()
        world.waits.withdraw({"another key"})
        await ask(world.client, "{ server { version } }")
        assert not answer.done()
        world.waits.withdraw({"default"})
        (error,) = (await asyncio.wait_for(answer, 30))["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert world.aws.interceptor.counts()["datasync.ListTasks"] == calls["datasync.ListTasks"]


async def test_who_waits_when_its_token_expires_is_shown_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await world.started()
    documents = [(RUN, run), (OPERATION, await created(world))]
    monkeypatch.setattr(Caller, "expires_in", lambda _caller, _now: 0.1)
    for document, node in documents:
        (error,) = (await tell(world.client, document, id=node))["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def created(world: World) -> str:
    """An operation that does not end."""
    world.aws.interceptor.add(Fault("CreateTask", "gate"))
    payload = (await ask(world.client, CREATE, input=new_mover("two")))["createMover"]
    return str(payload["operation"]["id"])


async def test_an_operation_is_returned_when_it_has_ended(world: World) -> None:
    world.aws.interceptor.add(Fault("CreateTask", "gate"))
    given = new_mover("two")
    operation = (await ask(world.client, CREATE, input=given))["createMover"]["operation"]["id"]
    assert await asyncio.to_thread(world.aws.interceptor.wait_for_gate, 30)
    early = await ask(world.client, OPERATION, id=operation, seconds=1)
    assert early["waitForOperation"]["status"] == "RUNNING"
    answer = asyncio.create_task(ask(world.client, OPERATION, id=operation))
    await world.waiting()
    world.aws.interceptor.clear()
    assert (await answer)["waitForOperation"] == {"id": operation, "status": "COMPLETED"}


@pytest.mark.parametrize("seconds", [0, -1, 61])
async def test_the_time_is_limited(world: World, seconds: int) -> None:
    run = await world.started()
    answer = await tell(world.client, RUN, id=run, seconds=seconds)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["argument"] == ["timeoutSeconds"]
    assert error["message"] == f"'timeoutSeconds' must be 1 to 60, not {seconds}."


async def test_too_many_waits_of_a_caller_are_refused_with_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await world.started()
    monkeypatch.setattr(world.waits._room, "_free", 2)
    first = asyncio.create_task(ask(world.client, RUN, id=run))
    await world.waiting()
    answer = await tell(world.client, RUN, id=run)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "THROTTLED"
    assert error["extensions"]["retryAfter"] == 5
    world.waits.end()
    await first
