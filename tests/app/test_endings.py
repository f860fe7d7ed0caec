"""Why a stream ends, as clients of each transport can tell: the table of docs/graphql.md."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth import token_for
from graph.resolvers import following
from graph.sandbox import Fault, Sandbox
from graph.transport import GraphQLApp
from tests import leftover
from tests.transport.wire import APOLLOS, Socket, Streaming
from tests.world import LAB, ask, client_of, furnish, made, settings

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
HEADERS: Final = [(b"x-auth-token", token_for("key of g", 4).encode())]


@dataclass
class World:
    aws: Sandbox
    app: Starlette
    graphql: GraphQLApp
    query: str
    others: tuple[str, str]
    """Subscriptions to the activity of the account, and to several runs."""


@pytest.fixture
async def world(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A run that moves with the sandbox's clock alone, and rights that are looked at each time."""
    monkeypatch.setattr(following, "_VISIBLE_SECONDS", 0.0)
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    keys = [{"name": "g", "key": "key of g", "groups": ["g"]}]
    app = create_app(settings(tmp_path, keys=keys))
    graphql: Any = next(r for r in app.routes if getattr(r, "path", "") == "/graphql")
    async with client_of(app) as client:
        mover = await made(client)
        await asyncio.to_thread(aws.turn, 0)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        query = f'subscription {{ runProgress(run: "{run}") {{ sequence run {{ status }} }} }}'
        activity = f'subscription {{ activity(account: "{LAB}") {{ __typename }} }}'
        several = f'subscription {{ runsProgress(runs: ["{run}"]) {{ sequence }} }}'
        yield World(aws, app, graphql.endpoint, query, (activity, several))


async def over(world: World) -> None:
    await asyncio.to_thread(world.aws.settle)


async def withdrawn(world: World) -> None:
    world.graphql.withdraw(lambda caller: bool(caller.identity.key == "g"))


async def expired(world: World) -> None:
    for lifetime in world.graphql.endpoint._open:
        lifetime.expire_in(0.0)


async def moved(world: World) -> None:
    (task,) = leftover.datasync().tasks
    leftover.datasync().untag_resource(task, ["spinup:spaceid"])
    await asyncio.to_thread(world.aws.turn, 5)


async def refused(world: World) -> None:
    world.aws.interceptor.add(Fault("DescribeTaskExecution", "denied", count=9))


async def stopped(world: World) -> None:
    world.graphql.stop()


Happens = Callable[[World], Awaitable[None]]
COMPLETE: Final = "complete"
REASONS: Final[dict[Happens, tuple[object, object, object]]] = {
    over: (COMPLETE, COMPLETE, COMPLETE),
    withdrawn: ((4403, "Credentials no longer valid"), "UNAUTHENTICATED", "UNAUTHENTICATED"),
    expired: ((4403, "Credentials no longer valid"), "UNAUTHENTICATED", "UNAUTHENTICATED"),
    moved: ("NOT_FOUND", "NOT_FOUND", "NOT_FOUND"),
    refused: ("ACCESS_DENIED", "ACCESS_DENIED", "ACCESS_DENIED"),
    stopped: ((1012, "Service restart"), "retry: 1000", "SERVER_STOPPING"),
}
"""What happens, and how a WebSocket, server-sent events and a multipart response tell."""
each = pytest.mark.parametrize("happens", REASONS, ids=lambda each: each.__name__)
each_of_all = pytest.mark.parametrize(
    "happens", [withdrawn, expired, stopped], ids=lambda each: each.__name__
)
"""What ends every subscription alike."""


@each
async def test_a_websocket_tells_why(world: World, happens: Happens) -> None:
    async with Socket(world.app, path="/graphql", headers=HEADERS) as wire:
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": world.query}}
        wire.say({"type": "connection_init"}, subscribe)
        await wire.until(lambda: len(wire.heard) >= 2)
        await happens(world)
        ends = ("complete", "error")
        await wire.until(lambda: bool(wire.closed_with) or wire.heard[-1]["type"] in ends)
        told: object = wire.closed_with or COMPLETE
        if codes := codes_of(wire.heard):
            (told,) = codes
        assert told == REASONS[happens][0]
        wire.leave()
        await wire.ended()


@each
async def test_server_sent_events_tell_why(world: World, happens: Happens) -> None:
    async with Streaming(world.app, world.query, path="/graphql", more=HEADERS) as stream:
        await stream.until(lambda: "event: next" in stream.text)
        await happens(world)
        await stream.ended()
    blocks = [block.splitlines() for block in stream.text.split("\n\n") if block]
    is_complete = blocks[-1] == ["event: complete", "data:"]
    data = [line[6:] for lines in blocks for line in lines if line.startswith("data: ")]
    told = codes_of([json.loads(each) for each in data])
    assert is_complete == (happens is not stopped)
    assert (told or [COMPLETE if is_complete else blocks[-1][0]]) == [REASONS[happens][1]]


@each
async def test_a_multipart_response_tells_why(world: World, happens: Happens) -> None:
    async with Streaming(
        world.app, world.query, path="/graphql", more=HEADERS, accept=APOLLOS
    ) as stream:
        await stream.until(lambda: '"data"' in stream.text)
        await happens(world)
        await stream.ended()
    assert stream.text.endswith("--graphql--\r\n")
    parts = [part.split("\r\n\r\n")[-1] for part in stream.text.split("\r\n--graphql")]
    told = codes_of([json.loads(part) for part in parts if part.startswith("{")])
    assert (told or [COMPLETE]) == [REASONS[happens][2]]


@each_of_all
async def test_activity_and_several_runs_end_alike(world: World, happens: Happens) -> None:
    socket = Socket(world.app, path="/graphql", headers=HEADERS)
    first, second = (
        Streaming(world.app, query, path="/graphql", more=HEADERS) for query in world.others
    )
    async with socket as wire, first as activity, second as several:
        wire.say({"type": "connection_init"})
        for number, query in enumerate(world.others):
            wire.say({"type": "subscribe", "id": str(number), "payload": {"query": query}})
        await wire.until(
            lambda: {"0", "1"} == {each["id"] for each in wire.heard if each["type"] == "next"}
        )
        await activity.until(lambda: "event: next" in activity.text)
        await several.until(lambda: "event: next" in several.text)
        await happens(world)
        await wire.until(lambda: bool(wire.closed_with))
        assert wire.closed_with == REASONS[happens][0]
        for stream in (activity, several):
            await stream.ended()
            assert str(REASONS[happens][1]) in stream.text.split("event: next")[-1]
        wire.leave()
        await wire.ended()


def codes_of(messages: list[Any]) -> list[str]:
    """The codes of all errors in messages, in their order."""
    found = []
    for message in messages:
        payload = message.get("payload", message) or message
        errors = payload if isinstance(payload, list) else payload.get("errors", [])
        found += [error["extensions"]["code"] for error in errors]
    return found
