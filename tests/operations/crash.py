"""Provoked crashes: many operations, each stopped at its own call, and one kill -9."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import sqlalchemy as sa

from graph.sandbox import Fault, Sandbox
from graph.sandbox.faults import Call
from graph.schema.ids import encode
from graph.store.engines import driver_url
from graph.store.tables import OPERATIONS
from tests.api_server import Server
from tests.operations.stories import Parts, Story
from tests.world import ask, ended, serving, tell

GATES: Final = ("gate", "gate-after")
"""Before a call takes effect, and after it, before its answer."""
_OPERATION: Final = (
    "query($id: ID!) { operation(id: $id) { status failure { message } events { message } } }"
)
_FIRST: Final = 500_000_000_000


@dataclass(frozen=True)
class Point:
    """The nth call of an operation of AWS, and on which side of its effect."""

    operation: str
    nth: int
    gate: str
    depth: int = 0
    """How many calls the operation makes before."""

    def __str__(self) -> str:
        return f"{self.gate} of call {self.nth} of {self.operation}"


@dataclass(frozen=True)
class Stop:
    """Where in a story the server is killed."""

    story: Story
    point: Point

    def __str__(self) -> str:
        return f"{self.story.name}: {self.point}"


Where = dict[str, Stop]
"""By account: so that each operation is stopped at its own point and nowhere else."""
Requests = dict[str, asyncio.Task[dict[str, Any] | None]]
Answers = dict[str, dict[str, Any] | None]
"""By account, as the requests; None for an answer that was never given."""


def points(calls: list[Call]) -> list[Point]:
    """Every point at which an operation that makes those calls can be stopped."""
    found, counted = [], Counter[str]()
    for depth, call in enumerate(calls):
        nth = counted[call.operation]
        found += [Point(call.operation, nth, gate, depth) for gate in GATES]
        counted[call.operation] += 1
    return found


async def stops(aws: Sandbox, folder: Path, stories: Sequence[Story]) -> Where:
    """Every point of those stories, as they go where nothing disturbs them."""
    found = []
    async with serving(folder) as client:
        for number, story in enumerate(stories):
            calls = await _calls_of(aws, client, f"{_FIRST + number}", story)
            found += [
                Stop(story, point)
                for point in points(calls)
                if not story.only or point.operation in story.only
            ]
    aws.reset()
    return {f"{_FIRST + number}": stop for number, stop in enumerate(found)}


async def _calls_of(
    aws: Sandbox, client: httpx.AsyncClient, account: str, story: Story
) -> list[Call]:
    """From the request to the end; the account's first, so that its roles are assumed for it."""
    variables = story.begin(aws, account)
    aws.interceptor.forget_calls()
    (payload,) = (await ask(client, story.mutation, **variables)).values()
    operation = await ended(client, payload["operation"]["id"], _OPERATION)
    assert operation["status"] == story.status, operation
    calls = aws.interceptor.calls()
    assert story.passes in {call.operation for call in calls}, calls
    return calls


async def stand(aws: Sandbox, client: httpx.AsyncClient, where: Where) -> Requests:
    """Sends all requests. Returns them once each operation has reached its gate.

    Those with the longer way begin first: the fewer of the other calls are given up meanwhile.
    """
    requests: Requests = {}
    far = sorted(where, key=lambda account: where[account].point.depth, reverse=True)
    for wave in (far[: len(far) // 2], far[len(far) // 2 :]):
        for account in wave:
            story, point = where[account].story, where[account].point
            variables = story.begin(aws, account)
            stop_at(aws, account, point)
            requests[account] = asyncio.create_task(send(client, story.mutation, **variables))
        standing = await asyncio.to_thread(all_standing, aws, len(requests))
        there = {call.account for call in aws.interceptor._standing}
        missing = [str(where[account]) for account in requests.keys() - there]
        assert standing, f"not at their gates: {missing}"
    return requests


def stop_at(aws: Sandbox, account: str, point: Point) -> None:
    aws.interceptor.add(Fault(point.operation, point.gate, skip=point.nth, account=account))


def all_standing(aws: Sandbox, count: int) -> bool:
    """Waits until ``number`` calls have reached their gates."""
    interceptor = aws.interceptor
    with interceptor._lock:
        return interceptor._lock.wait_for(lambda: len(interceptor._standing) >= count, 50)


async def killed(aws: Sandbox, server: Server, where: Where) -> Answers:
    """Kills the server while everything waits at its gate. Returns the answers.

    The calls that AWS has received go on then.
    """
    async with server.client() as client:
        requests = await stand(aws, client, where)
        server.kill()
        answers = await asyncio.gather(*requests.values())
    aws.interceptor.clear()
    return dict(zip(requests, answers, strict=True))


async def send(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any] | None:
    """The answer of a mutation; None where the server died before it gave one."""
    try:
        return await tell(client, query, **variables)
    except httpx.TransportError:
        return None


async def all_ended(store_url: str, client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Every operation that was recorded, by its account, once it has ended."""
    engine = sa.create_engine(driver_url(store_url))
    with engine.begin() as connection:
        recorded = sa.select(OPERATIONS.c.account_id, OPERATIONS.c.id)
        found = [(row[0], row[1]) for row in connection.execute(recorded)]
    engine.dispose()
    # How each has ended, without a call to AWS.
    ends = (ended(client, encode("Operation", key), _OPERATION) for _, key in found)
    shown = await asyncio.gather(*ends)
    return {account: operation for (account, _), operation in zip(found, shown, strict=True)}


def left(aws: Sandbox, account: str) -> Parts:
    """Tasks, locations and roles, the management role not counted."""
    state = aws.state().get(account, {"tasks": [], "locations": [], "roles": [""]})
    return len(state["tasks"]), len(state["locations"]), len(state["roles"]) - 1
