"""Through the whole server: nothing in an event of a stream is older than the event itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import create_app
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode
from tests.transport.wire import APOLLOS, Socket, Streaming, parts
from tests.world import (
    CREATE,
    LAB,
    TOKEN,
    ask,
    client_of,
    furnish,
    made,
    new_mover,
    serving,
    settings,
)

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"
MOVER = """mover { id status currentRun { id status outcome }
  lastRun { id status outcome } runs { nodes { id status outcome } } }"""
RUN = f"""subscription($id: ID!) {{ runProgress(run: $id) {{
  {MOVER} run {{ id status outcome {MOVER} }} }} }}"""
SHOWN = "query($id: ID!) { node(id: $id) { ... on Mover { status tags { key } } } }"
OPERATION = f"subscription($id: ID!) {{ operationProgress(operation: $id) {{ status {MOVER} }} }}"

HEADERS = [(b"x-auth-token", TOKEN.encode())]


def of_run(run: str) -> str:
    """The subscription to a run, without variables."""
    return RUN.replace("($id: ID!)", "").replace("$id", f'"{run}"')


@pytest.fixture
def still(aws: Sandbox) -> Sandbox:
    """Runs are launching until they are settled."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=10_000)
    return aws


async def followed(client: httpx.AsyncClient, query: str, **variables: Any) -> list[Any]:
    """The data of all events until the stream is complete."""
    response = await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Accept": "text/event-stream"},
    )
    return events_of(response.text)


def events_of(text: str) -> list[Any]:
    lines = [line for line in text.splitlines() if line.startswith("data: {")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    # Between two reads for an event that is not the last, a mover may have been deleted.
    assert "errors" not in events[-1], events
    return [next(iter(event["data"].values())) for event in events]


async def test_a_run_and_its_mover_agree_in_each_event(still: Sandbox, tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        async with Streaming(app, of_run(run), path="/graphql", more=HEADERS) as stream:
            await stream.until(lambda: "LAUNCHING" in stream.text)
            await asyncio.to_thread(still.settle)
            await stream.ended()
    events = events_of(stream.text)
    assert len({event["run"]["status"] for event in events}) > 1
    for event in events:
        shown = {name: event["run"][name] for name in ("id", "status", "outcome")}
        for at in (event["mover"], event["run"]["mover"]):
            assert at["id"] == mover
            assert at["lastRun"] == shown
            assert at["runs"]["nodes"] == [shown]
            if at["currentRun"] is not None:
                assert at["currentRun"] == shown
    last = events[-1]
    assert last["run"]["outcome"] == "SUCCEEDED"
    for at in (last["mover"], last["run"]["mover"]):
        assert (at["status"], at["currentRun"]) == ("AVAILABLE", None)


@pytest.mark.parametrize("call", ["DescribeTask", "ListTagsForResource"])
async def test_an_event_joins_no_read_of_another_request_that_began_before_it(
    aws: Sandbox, tmp_path: Path, call: str
) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        mover = await made(client)
        await asyncio.to_thread(aws.turn, 0)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        async with Streaming(app, of_run(run), path="/graphql", more=HEADERS) as stream:
            await stream.until(lambda: "LAUNCHING" in stream.text)
            aws.interceptor.add(Fault(call, "gate-after"))
            reader = asyncio.create_task(ask(client, SHOWN, id=mover))
            assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
            await asyncio.to_thread(aws.settle)
            await stream.ended()
        assert not reader.done()
        aws.interceptor.open_gate()
        await reader
    last = events_of(stream.text)[-1]
    for at in (last["mover"], last["run"]["mover"]):
        assert (at["status"], at["lastRun"]["status"]) == ("AVAILABLE", "SUCCESS")


@pytest.mark.parametrize("transport", ["multipart", "websocket"])
async def test_they_agree_on_the_other_transports_too(
    still: Sandbox, tmp_path: Path, transport: str
) -> None:
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        run = (await ask(client, START, id=await made(client)))["startMover"]["run"]["id"]
        if transport == "websocket":
            async with Socket(app, "/graphql", HEADERS) as wire:
                subscribe = {"type": "subscribe", "id": "1", "payload": {"query": of_run(run)}}
                wire.say({"type": "connection_init"}, subscribe)
                await wire.until(lambda: "LAUNCHING" in str(wire.heard))
                await asyncio.to_thread(still.settle)
                await wire.until(lambda: {"type": "complete", "id": "1"} in wire.heard)
            events = [m["payload"] for m in wire.heard if m["type"] == "next"]
        else:
            async with Streaming(
                app, of_run(run), path="/graphql", more=HEADERS, accept=APOLLOS
            ) as stream:
                await stream.until(lambda: "LAUNCHING" in stream.text)
                await asyncio.to_thread(still.settle)
                await stream.ended()
            events = [json.loads(part)["payload"] for part in parts(stream)]
    updates = [event["data"]["runProgress"] for event in events]
    assert len({update["run"]["status"] for update in updates}) > 1
    for update in updates:
        shown = {name: update["run"][name] for name in ("id", "status", "outcome")}
        assert update["mover"]["lastRun"] == update["run"]["mover"]["lastRun"] == shown
    assert updates[-1]["run"]["mover"]["status"] == "AVAILABLE"


async def test_an_operation_and_its_mover_agree_in_the_last_event(
    still: Sandbox, tmp_path: Path
) -> None:
    still.set_pace(creating=0.3)
    async with serving(tmp_path) as client:
        create = (await ask(client, CREATE, input=new_mover()))["createMover"]["operation"]["id"]
        last = (await followed(client, OPERATION, id=create))[-1]
        assert (last["status"], last["mover"]["status"]) == ("COMPLETED", "AVAILABLE")
        delete = (await ask(client, DELETE, id=last["mover"]["id"]))["deleteMover"]["operation"][
            "id"
        ]
        assert (await followed(client, OPERATION, id=delete))[-1] == {
            "status": "COMPLETED",
            "mover": None,
        }


async def test_several_runs_are_followed_in_one_stream_until_all_have_ended(
    still: Sandbox, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        movers = await asyncio.gather(*(made(client, name=name) for name in "abcd"))
        starts = await asyncio.gather(*(ask(client, START, id=mover) for mover in movers))
        runs = [start["startMover"]["run"]["id"] for start in starts]
        listed = json.dumps([*runs, runs[0]])
        query = f"subscription {{ runsProgress(runs: {listed}) {{ run {{ id outcome }} }} }}"
        async with (
            Streaming(app, query, path="/graphql", more=HEADERS) as first,
            Streaming(app, query, path="/graphql", more=HEADERS) as stream,
        ):
            await stream.until(lambda: stream.text.count("event: next") >= len(runs))
            await asyncio.to_thread(still.settle)
            await stream.ended()
            await first.ended()
        for heard in (first, stream):
            events = events_of(heard.text)
            assert {event["run"]["id"] for event in events[: len(runs)]} == set(runs)
            ended = [event["run"]["id"] for event in events if event["run"]["outcome"]]
            assert sorted(ended) == sorted(runs)
        most = "subscription($r: [ID!]!) { runsProgress(runs: $r) { run { outcome } } }"
        assert await followed(client, most, r=runs[:1] * 200) == [{"run": {"outcome": "SUCCEEDED"}}]
        missing = encode("Run", f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}/x")
        for ids, code in (
            ([], "INVALID"),
            (["x"] * 201, "INVALID"),
            ([movers[0]], "INVALID"),
            ([runs[0], missing], "NOT_FOUND"),
            ([*runs, runs[0][:-4]], "NOT_FOUND"),
        ):
            query = f"subscription {{ runsProgress(runs: {json.dumps(ids)}) {{ sequence }} }}"
            async with Streaming(app, query, path="/graphql", more=HEADERS) as refused:
                await refused.ended()
            assert f'"code":"{code}"' in refused.text, (ids, refused.text)
