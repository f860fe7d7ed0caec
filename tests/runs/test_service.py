"""Starting a mover: of many concurrent requests one succeeds, and all see the same afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.world import LAB, ask, furnish, made, serving, tell

START = """mutation($id: ID!) { startMover(input: {mover: $id}) {
  run { id status } mover { status currentRun { id } } errors { code message path } } }"""
STOP = """mutation($id: ID!) { stopMover(input: {mover: $id}) {
  run { id status } mover { status } errors { code } } }"""
PATH = f"/v1/datasync/{LAB}/movers/g/one"
BODY = b'{"State":"start"}'


@pytest.fixture
def lab(aws: Sandbox) -> Sandbox:
    """Runs stay in LAUNCHING until the test's end."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1000)
    return aws


def started(aws: Sandbox) -> int:
    return aws.interceptor.counts()["datasync.StartTaskExecution"]


async def test_of_20_mutations_at_once_one_starts_the_mover(lab: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        payloads = [
            answer["startMover"]
            for answer in await asyncio.gather(*(ask(client, START, id=mover) for _ in range(20)))
        ]
    codes = Counter(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == {"ALREADY_RUNNING": 19}
    assert started(lab) == 1


@pytest.mark.timeout(300)
async def test_of_20_requests_at_once_to_two_replicas_one_starts_the_mover(
    lab: Sandbox, tmp_path: Path
) -> None:
    async with (
        Server(lab, tmp_path) as one,
        Server(lab, tmp_path) as two,
        one.client() as first,
        two.client() as second,
    ):
        await made(first)
        answers = await asyncio.gather(
            *(client.put(PATH, content=BODY) for client in (first, second) * 10)
        )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
    assert started(lab) == 1


async def test_a_start_that_aws_refuses_is_in_nobodys_way(lab: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        lab.interceptor.add(Fault("StartTaskExecution", "denied"))
        refused = (await ask(client, START, id=mover))["startMover"]
        assert [error["code"] for error in refused["errors"]] == ["ACCESS_DENIED"]
        assert (await ask(client, START, id=mover))["startMover"]["errors"] == []


async def test_a_start_that_never_left_is_in_nobodys_way(lab: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        lab.interceptor.add(Fault("StartTaskExecution", "unsent", count=20))
        answer = await tell(client, START, id=mover)
        assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM"
        lab.interceptor.clear()
        assert (await ask(client, START, id=mover))["startMover"]["errors"] == []


async def test_a_mover_starts_again_as_soon_as_its_run_has_ended(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=0, phase=0)
    follow = "subscription($id: ID!) { runProgress(run: $id) { sequence } }"
    async with serving(tmp_path) as client:
        mover = await made(client)
        for _ in range(3):
            run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
            body = {"query": follow, "variables": {"id": run}}
            await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert started(aws) == 3


async def test_a_payload_shows_the_mover_as_it_stands_afterwards(
    lab: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        payload = (await ask(client, START, id=mover))["startMover"]
        assert payload["mover"]["status"] == "RUNNING"
        assert payload["mover"]["currentRun"]["id"] == payload["run"]["id"]
        stopped = (await ask(client, STOP, id=mover))["stopMover"]
        assert stopped["run"]["id"] == payload["run"]["id"]
        assert stopped["run"]["status"] in ("CANCELLING", "ERROR")
        shown = await ask(client, "query($id: ID!) { node(id: $id) { id } }", id=mover)
        assert shown["node"]["id"] == mover


async def test_a_reading_that_fails_takes_nothing_from_a_start(
    lab: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        mover = await made(client)
        lab.interceptor.add(Fault("DescribeTaskExecution", "denied", count=20))
        answer = await tell(client, START, id=mover)
    payload = answer["data"]["startMover"]
    assert (payload["run"], payload["mover"]["status"], payload["errors"]) == (None, "RUNNING", [])
    assert ["startMover", "run"] in [error["path"] for error in answer["errors"]]
