"""The states of a run as server-sent events: what comes, and why it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth import token_for
from graph.resolvers import following
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import decode
from graph.transport import GraphQLApp
from rest_compat.events import sequence_of
from tests import leftover
from tests.transport.wire import Streaming, Wire, settle
from tests.world import LAB, TOKEN, ask, client_of, furnish, made, settings

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id runId } } }"
KEYS = [
    {"name": "reads", "key": "key of reads", "groups": ["g"]},
    {"name": "other", "key": "key of other", "groups": ["h"]},
]


class Events(Wire):
    """A client that follows a run over REST."""

    def __init__(self, app: Starlette, path: str, token: str = TOKEN, **headers: str) -> None:
        given = {"x-auth-token": token} | {n.replace("_", "-"): v for n, v in headers.items()}
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "asgi": {"spec_version": "2.3"},
        }
        super().__init__(app, scope)
        self.tell({"type": "http.request", "body": b""})

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def text(self) -> str:
        return b"".join(m.get("body", b"") for m in self.sent[1:]).decode()

    @property
    def events(self) -> list[Mapping[str, str]]:
        blocks = [each.splitlines() for each in self.text.split("\n\n") if each]
        return [dict(line.split(": ", 1) for line in lines) for lines in blocks]

    @property
    def states(self) -> list[dict[str, Any]]:
        return [json.loads(each["data"]) for each in self.events if each["event"] == "run"]

    @property
    def ids(self) -> list[int]:
        return [int(each["id"]) for each in self.events if "id" in each]

    @property
    def end(self) -> dict[str, str]:
        """Why the stream has ended."""
        last = self.events[-1]
        assert last["event"] == "end"
        assert not self.sent[-1]["more_body"]
        reason: dict[str, str] = json.loads(last["data"])
        return reason


@dataclass
class World:
    aws: Sandbox
    app: Starlette
    client: httpx.AsyncClient
    run: str
    """The path of the run."""
    run_id: str
    """Its global id."""

    @property
    def graphql(self) -> GraphQLApp:
        (found,) = [r for r in self.app.routes if getattr(r, "path", "") == "/graphql"][:1]
        graphql: GraphQLApp = found.endpoint  # type: ignore[attr-defined]
        return graphql

    def follow(self, token: str = TOKEN, path: str = "", **headers: str) -> Events:
        return Events(self.app, path or f"{self.run}/events", token, **headers)


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """A run that moves with the sandbox's clock alone."""
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    app = create_app(settings(tmp_path, keys=KEYS, accounts=(LAB,)))
    async with client_of(app) as client:
        mover = await made(client)
        await asyncio.to_thread(aws.turn, 0)
        run = (await ask(client, START, id=mover))["startMover"]["run"]
        path = f"/v1/datasync/{LAB}/movers/g/one/runs/{run['runId']}"
        yield World(aws, app, client, path, run["id"])


async def test_each_state_is_an_event_and_the_last_one_says_that_the_run_has_ended(
    world: World,
) -> None:
    async with world.follow() as stream:
        await stream.until(lambda: len(stream.ids) >= 1)
        await asyncio.to_thread(world.aws.turn, 5)
        await stream.until(lambda: len(stream.ids) >= 2)
        await asyncio.to_thread(world.aws.settle)
        await stream.ended()
    assert stream.status == 200
    assert stream.ids == sorted(set(stream.ids))
    first, *_, last = stream.states
    assert first["Run"]["Status"] != "SUCCESS"
    assert last["Run"] == (await world.client.get(world.run)).json()
    assert (last["Progress"]["Percent"], last["Progress"]["TotalsFinal"]) == (100, True)
    assert last["Progress"]["ObservedAt"].endswith("Z")
    assert stream.end == {"Reason": "RUN_ENDED", "Message": "The run has ended."}


async def test_the_headers_keep_proxies_from_waiting(world: World) -> None:
    async with world.follow() as stream:
        await stream.until(lambda: bool(stream.sent))
        headers = {name.decode(): value.decode() for name, value in stream.sent[0]["headers"]}
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert headers["x-request-id"]


async def test_a_client_that_returns_gets_what_it_does_not_have(world: World) -> None:
    async with world.follow() as first:
        await first.until(lambda: len(first.ids) >= 1)
        last = str(first.ids[-1])
        async with world.follow(last_event_id=last) as back, world.follow(last_event_id="x") as new:
            await new.until(lambda: len(new.ids) >= 1)
            assert back.ids == []
            assert new.ids[0] == first.ids[-1]
            await asyncio.to_thread(world.aws.turn, 5)
            await back.until(lambda: len(back.ids) >= 1)
            assert back.ids[0] > int(last)


@pytest.mark.parametrize("text", [None, "", "-7", "7a", "\u0667", "9" * 11])
def test_what_is_no_id_of_an_event_is_ignored(text: str | None) -> None:
    assert (sequence_of("7"), sequence_of(text)) == (7, None)


async def test_all_who_follow_share_the_polls_whatever_api_they_use(world: World) -> None:
    query = f'subscription {{ runProgress(run: "{world.run_id}") {{ sequence }} }}'
    more = [(b"x-auth-token", TOKEN.encode())]
    async with (
        world.follow() as one,
        world.follow() as two,
        Streaming(world.app, query, path="/graphql", more=more) as three,
    ):
        await one.until(lambda: bool(one.ids))
        await two.until(lambda: bool(two.ids))
        await three.until(lambda: "sequence" in three.text)
        assert one.ids[-1] == two.ids[-1]
        assert f'"sequence":{one.ids[-1]}' in three.text
        assert len(world.graphql.endpoint.streams) == 3


@pytest.mark.parametrize(
    ("caller", "path", "status"),
    [
        ("other", "RUN/events", 404),
        ("nobody", "RUN/events", 403),
        ("reads", "RUN/events", 200),
        ("reads", f"/v1/datasync/{LAB}/movers/g/one/runs/exec-{'0' * 17}/events", 404),
        ("reads", f"/v1/datasync/{LAB}/movers/g/one/runs/nonsense/events", 404),
        ("reads", f"/v1/datasync/{LAB}/movers/g/two/runs/exec-{'0' * 17}/events", 404),
    ],
)
async def test_what_is_refused_is_refused_before_the_stream_begins(
    world: World, caller: str, path: str, status: int
) -> None:
    token = token_for(f"key of {caller}", 4)
    async with world.follow(token, path.replace("RUN", world.run)) as stream:
        await stream.until(lambda: bool(stream.sent))
        assert stream.status == status


async def test_head_gets_the_headers_and_no_stream(world: World) -> None:
    answer = await world.client.head(f"{world.run}/events")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_a_server_that_stops_says_so_and_takes_no_more(world: World) -> None:
    async with world.follow() as stream:
        await stream.until(lambda: bool(stream.ids))
        world.graphql.stop()
        await stream.ended()
        assert stream.end["Reason"] == "SERVER_STOPPING"
        assert stream.events[-1]["retry"] == "1000"
    async with world.follow() as late:
        await late.ended()
        assert (late.status, late.text) == (503, "The server is stopping.")


async def test_credentials_that_are_withdrawn_end_the_stream_with_that_reason(
    world: World,
) -> None:
    async with world.follow(token_for("key of reads", 4)) as stream, world.follow() as kept:
        await stream.until(lambda: bool(stream.ids))
        world.graphql.withdraw(lambda caller: caller.identity.key == "reads")
        await stream.ended()
        assert stream.end["Reason"] == "UNAUTHENTICATED"
        await settle()
        assert not kept.task.done()


async def test_a_mover_that_moves_to_another_group_ends_the_stream(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_VISIBLE_SECONDS", 0.0)
    async with world.follow(token_for("key of reads", 4)) as stream:
        await stream.until(lambda: bool(stream.ids))
        task = decode(world.run_id)[1].partition("/execution/")[0]
        leftover.datasync().untag_resource(task, ["spinup:spaceid"])
        await asyncio.to_thread(world.aws.turn, 5)
        await stream.ended()
        assert stream.end["Reason"] == "NOT_FOUND"


async def test_a_refusal_of_aws_is_the_reason(world: World) -> None:
    async with world.follow() as stream:
        await stream.until(lambda: bool(stream.ids))
        world.aws.interceptor.add(Fault("DescribeTaskExecution", "denied", count=9))
        await stream.ended()
    message = "AWS denies this server datasync:DescribeTaskExecution in that account."
    assert stream.end == {"Reason": "ACCESS_DENIED", "Message": message}


async def test_a_fault_of_the_server_ends_the_stream_with_a_reason(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_run: object) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("rest_compat.events.run_json", broken)
    async with world.follow() as stream:
        await stream.ended()
    assert stream.end["Reason"] == "INTERNAL"
    assert "RuntimeError: broken" in caplog.text


async def test_the_streams_of_a_caller_are_counted_with_those_of_graphql(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = world.graphql.endpoint
    async with world.follow() as one:
        await one.until(lambda: bool(one.ids))
        monkeypatch.setattr(endpoint.streams, "_most_of_a_caller", 1)
        async with world.follow() as two:
            await two.ended()
            assert two.status == 503
            assert "at most 1" in two.text
        monkeypatch.undo()
        monkeypatch.setattr(endpoint.results.executions, "_most", 1)
        async with world.follow() as three:
            await three.ended()
            assert three.status == 503
            assert "which is the most" in three.text
        one.tell({"type": "http.disconnect"})
        await one.ended()
    assert len(endpoint.streams) == 0
    assert endpoint.results.executions._followed == {}


async def test_a_client_that_does_not_read_gets_the_newest_state_then(world: World) -> None:
    async with world.follow() as quick, world.follow() as slow:
        await slow.until(lambda: bool(slow.ids))
        slow.reading.clear()
        for _ in range(5):
            count = len(quick.ids)
            await asyncio.to_thread(world.aws.turn, 1)
            await quick.until(lambda count=count: len(quick.ids) > count)  # type: ignore[misc]
        slow.reading.set()
        await slow.until(lambda: slow.ids[-1] == quick.ids[-1])
        assert len(slow.ids) < len(quick.ids)
