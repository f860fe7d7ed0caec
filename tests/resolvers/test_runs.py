"""Through the whole server: a mover's status, its current run, its runs and its stop agree."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import create_app
from graph.auth import token_for
from graph.resolvers import following
from graph.sandbox import Sandbox
from graph.sandbox.datasync import resources
from tests import leftover
from tests.transport.wire import Streaming
from tests.world import LAB, ask, client_of, furnish, made, serving, settings

MOVER = """query($id: ID!) { node(id: $id) { ... on Mover {
  status: statusText
  currentRun { runId status: statusText outcome progress { percent totalsFinal } }
  lastRun { runId status } runs(first: 50) { nodes { runId status } } } } }"""
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { runId } errors { code } } }"
STOP = "mutation($id: ID!) { stopMover(input: {mover: $id}) { run { runId } errors { code } } }"


@pytest.fixture
def still(aws: Sandbox) -> Sandbox:
    """Runs move only when a test turns the clock."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    return aws


async def shown(client: httpx.AsyncClient, mover: str) -> dict[str, Any]:
    node: dict[str, Any] = (await ask(client, MOVER, id=mover))["node"]
    return node


async def started(client: httpx.AsyncClient, mover: str) -> str:
    run: str = (await ask(client, START, id=mover))["startMover"]["run"]["runId"]
    return run


async def stopped(client: httpx.AsyncClient, mover: str) -> str:
    run: str = (await ask(client, STOP, id=mover))["stopMover"]["run"]["runId"]
    return run


async def queued() -> str:
    """The id of a run that was started without this server, behind another."""
    (task,) = leftover.datasync().tasks.values()
    params = {"TaskArn": task.arn}
    run = await asyncio.to_thread(leftover.datasync().start_task_execution, params)
    return str(run.arn.rpartition("/")[2])


async def test_the_current_run_is_the_one_that_executes(still: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        assert (await shown(client, mover))["currentRun"] is None
        still.turn(0)
        first, second, third = await started(client, mover), await queued(), await queued()
        node = await shown(client, mover)
        assert node["status"] == "RUNNING"
        assert (node["currentRun"]["runId"], node["currentRun"]["status"]) == (first, "LAUNCHING")
        assert {run["runId"] for run in node["runs"]["nodes"]} == {first, second, third}

        leftover.datasync().cancel_task_execution(
            next(arn for arn in leftover.datasync().executions if arn.endswith(third))
        )
        assert (await shown(client, mover))["currentRun"]["runId"] == first

        assert await stopped(client, mover) == first
        node = await shown(client, mover)
        assert (node["currentRun"]["runId"], node["currentRun"]["status"]) == (first, "CANCELLING")
        assert await stopped(client, mover) == second
        still.turn(1_000)
        node = await shown(client, mover)
        assert (node["status"], node["currentRun"]) == ("AVAILABLE", None)
        assert {run["status"] for run in node["runs"]["nodes"]} == {"ERROR"}


@pytest.mark.parametrize("status", ["A_NEW_WORD", "UNAVAILABLE", "QUEUED"])
async def test_whatever_a_task_is_called_its_active_run_is_the_current_one(
    still: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        run = await started(client, mover)
        monkeypatch.setattr(resources.Task, "status", status)
        node = await shown(client, mover)
        assert (node["status"], node["currentRun"]["runId"]) == (status, run)


@pytest.mark.parametrize("status", ["LAUNCHED", "PAUSED"])
async def test_a_run_of_unknown_status_is_active_and_promises_nothing(
    still: Sandbox, tmp_path: Path, status: str
) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        still.turn(0)
        run = await started(client, mover)
        (execution,) = leftover.datasync().executions.values()
        execution.transfer.status = status
        assert (await shown(client, mover))["currentRun"] == {
            "runId": run,
            "status": status,
            "outcome": None,
            "progress": {"percent": None, "totalsFinal": False},
        }
        assert await stopped(client, mover) == run


FOLLOW = 'subscription { runProgress(run: "ID") { run { status } } }'


@pytest.mark.parametrize(("group", "ends"), [("h", True), (None, True), ("g", False)])
async def test_a_stream_ends_when_the_mover_moves_out_of_sight(
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    group: str | None,
    *,
    ends: bool,
) -> None:
    monkeypatch.setattr(following, "_VISIBLE_SECONDS", 0)
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    key = {"name": "of-g", "key": "key of g", "groups": ["g"]}
    app = create_app(settings(tmp_path, keys=[key]))
    async with client_of(app) as client:
        mover = await made(client)
        start = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
        run = (await ask(client, start, id=mover))["startMover"]["run"]["id"]
        token = [(b"x-auth-token", token_for("key of g", 4).encode())]
        query = FOLLOW.replace("ID", run)
        async with Streaming(app, query, path="/graphql", more=token) as stream:
            await stream.until(lambda: "LAUNCHING" in stream.text)
            (task,) = leftover.datasync().tasks
            if group is None:
                leftover.datasync().untag_resource(task, ["spinup:spaceid"])
            else:
                leftover.datasync().tag_resource(task, {"spinup:spaceid": group})
            aws.turn(2_000)
            await stream.ended()
        assert ("NOT_FOUND" in stream.text) is ends
        assert ("SUCCESS" in stream.text) is not ends
