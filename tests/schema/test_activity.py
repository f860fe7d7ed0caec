"""Through the whole server: a list that keeps itself up to date by its account's activity."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import create_app
from graph.auth import token_for
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.transport.wire import Streaming
from tests.world import HEADERS, LAB, ask, client_of, ended, furnish, made, settings

EVENTS = f"""subscription {{ activity(account: "{LAB}"ARGUMENTS) {{ __typename
  ... on Resumable {{ cursor }} ... on MoverChanged {{ mover {{ id status }} }}
  ... on MoverRemoved {{ moverId }}
  ... on RunChanged {{ run {{ id outcome progress {{ sequence }} mover {{ id }} }} }}
  ... on OperationChanged {{ operation {{ id status moverName }} }} }} }}"""
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"
KEYS: list[dict[str, Any]] = [
    {"name": "of-h", "key": "of h", "groups": ["h"]},
    {"name": "other", "key": "of other", "accounts": ["333333333333"]},
]


def token(key: str | None = None) -> list[tuple[bytes, bytes]]:
    given = token_for(key, 4) if key else HEADERS["X-Auth-Token"]
    return [(b"x-auth-token", given.encode())]


def following(app: Any, arguments: str = "", key: str | None = None) -> Streaming:
    query = EVENTS.replace("ARGUMENTS", arguments)
    return Streaming(app, query, path="/graphql", more=token(key))


def events_of(stream: Streaming) -> list[dict[str, Any]]:
    lines = [line for line in stream.text.splitlines() if line.startswith("data: {")]
    return [json.loads(line[6:])["data"]["activity"] for line in lines]


class Shown:
    """What a client shows that applies the events."""

    def __init__(self) -> None:
        self.movers: dict[str, str] = {}
        self.runs: dict[str, str | None] = {}

    def apply(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["__typename"] == "MoverChanged":
                self.movers[event["mover"]["id"]] = event["mover"]["status"]
            elif event["__typename"] == "MoverRemoved":
                self.movers.pop(event["moverId"], None)
            elif event["__typename"] == "RunChanged":
                self.runs[event["run"]["id"]] = event["run"]["outcome"]


async def another_tool_starts_it_and_it_is_deleted(  # noqa: PLR0913, PLR0917
    aws: Sandbox, app: Any, client: httpx.AsyncClient, mover: str, cursor: str, shown: Shown
) -> None:
    """The first in the absence of the client, which then resumes."""
    task = next(iter(leftover.datasync().tasks.values()))
    await asyncio.to_thread(leftover.datasync().start_task_execution, {"TaskArn": task.arn})
    async with following(app, f', after: "{cursor}"') as resumed:
        await resumed.until(lambda: '"RUNNING"' in resumed.text)
        await resumed.until(lambda: resumed.text.count('"RunChanged"') >= 1)
        assert '"Reset"' not in resumed.text
        await asyncio.to_thread(aws.settle)
        deletion = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert (await ended(client, deletion))["status"] == "COMPLETED"
        await resumed.until(lambda: "MoverRemoved" in resumed.text)
        shown.apply(events_of(resumed))


@pytest.mark.timeout(120)
async def test_a_client_is_told_of_everything_that_happens_and_of_nothing_that_is_not_its(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=10_000)
    app = create_app(settings(tmp_path, keys=KEYS, activity_seconds=1, polls_per_second=100))
    async with (
        client_of(app) as client,
        following(app) as stream,
        following(app, key="of h") as blind,
        following(app, key="of other") as stranger,
        following(app, ', group: "g"', key="of h") as refused,
        following(app, ', after: "from elsewhere.7"') as unknown,
    ):
        await stream.until(lambda: "Reset" in stream.text)
        await stranger.ended()
        await refused.ended()
        assert "NOT_FOUND" in stranger.text
        assert "NOT_FOUND" in refused.text
        mover = await made(client)
        await stream.until(lambda: '"MoverChanged"' in stream.text)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        await stream.until(lambda: run in stream.text)
        await asyncio.to_thread(aws.settle)
        await stream.until(lambda: "SUCCEEDED" in stream.text)
        shown = Shown()
        shown.apply(events_of(stream))
        assert (set(shown.movers), shown.runs) == ({mover}, {run: "SUCCEEDED"})
        cursor = events_of(stream)[-1]["cursor"]
        await another_tool_starts_it_and_it_is_deleted(aws, app, client, mover, cursor, shown)
        assert shown.movers == {}
        assert len(shown.runs) == 2
        kinds = [event["__typename"] for event in events_of(unknown)]
        assert (kinds[0], kinds.count("Reset")) == ("Reset", 1)
        assert [event["__typename"] for event in events_of(blind)] == ["Reset"]
        assert aws.interceptor.counts()["datasync.ListTasks"] > 2


async def test_an_account_that_cannot_be_read_is_an_error_of_the_stream(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("ListTasks", "denied", count=9))
    app = create_app(settings(tmp_path))
    async with client_of(app), following(app) as stream, following(app, ', group: "g!"') as odd:
        await stream.ended()
        await odd.ended()
        assert "ACCESS_DENIED" in stream.text
        assert "INVALID" in odd.text
