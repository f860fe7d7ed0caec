"""Role, tokens, proxy, store and traces together: a rolling restart that no client notices."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.chaos.operator import (
    PRESTOP,
    Collector,
    Day,
    collecting,
    deploy_role,
    headers,
    issuer,
    requests,
    restart,
)
from tests.chaos.proxies import Proxy
from tests.observability.traces import TRACE, TRACEPARENT
from tests.operations.crash import Point, all_standing, stop_at
from tests.processes import ServerProcess
from tests.required import miss
from tests.stores import fresh_database
from tests.world import LAB, MADE

SUBSCRIBERS, CREATES = 50, 20
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"


def server(aws: Sandbox, url: str, folder: Path, number: int, traces: str) -> ServerProcess:
    one = ServerProcess(
        aws.environment | {"OTEL_EXPORTER_OTLP_ENDPOINT": traces, "OTEL_BSP_SCHEDULE_DELAY": "200"},
        folder / f"server-{number}.log",
        STORE_URL=url,
        STORE_CONNECTIONS=5,
        ENGINE_CONNECTIONS=5,
        ISSUERS=issuer(folder),
        ROLE_BOUNDARY="arn:aws:iam::{account}:policy/management-boundary",
        TRUSTED_PROXIES="127.0.0.1",
        ACCOUNTS=LAB,
        PRESTOP_SECONDS=PRESTOP,
        DRAIN_SECONDS=0,
        LEASE_SECONDS=4,
        POLL_SECONDS=0.5,
        SETTLE_SECONDS=1,
        TRACING="true",
    )
    one.start()
    return one


@pytest.mark.postgres
@pytest.mark.timeout(400)
# Its policies are left out: the sandbox does not enforce those of a role.
@pytest.mark.filterwarnings("ignore:Tried to parse AWS..IAM..RolePolicy:UserWarning")
async def test_a_rolling_restart_loses_nothing(aws: Sandbox, tmp_path: Path) -> None:
    if Proxy.program("caddy") is None:
        miss("needs Caddy")
    deploy_role(aws, LAB)
    aws.bucket(LAB, f"from-{LAB}", {"a": b"x" * 1_000})
    aws.bucket(LAB, f"to-{LAB}")
    aws.set_pace(launch=0, phase=0, bandwidth=1)
    with ExitStack() as stack:
        url, collector = stack.enter_context(fresh_database()), stack.enter_context(collecting())
        starting = (
            asyncio.to_thread(server, aws, url, tmp_path, number, collector.url)
            for number in range(2)
        )
        one, other = servers = await asyncio.gather(*starting)
        for each in servers:
            stack.callback(each.stop)
        proxy = stack.enter_context(Proxy("caddy", servers))
        await play(aws, Day(proxy.url, headers()), one, other, collector)
    for number in range(2):
        said = (tmp_path / f"server-{number}.log").read_text()
        assert "Traceback" not in said, said


async def play(
    aws: Sandbox, day: Day, one: ServerProcess, other: ServerProcess, collector: Collector
) -> None:
    run = await started_run(day)
    following = asyncio.Semaphore(0)
    async with asyncio.timeout(300), asyncio.TaskGroup() as group:
        for _ in range(SUBSCRIBERS):
            group.create_task(day.follow(run, following))
        for _ in range(SUBSCRIBERS):
            await following.acquire()
        # The first server is stopped in the middle of this one, whose trace is continued.
        stop_at(aws, LAB, Point("CreateTask", 0, "gate"))
        await day.create(1, at=one.url, **TRACEPARENT)
        assert await asyncio.to_thread(all_standing, aws, 1)
        seen = await requests(one)
        await restart(one, day, (5, 5))
        aws.interceptor.clear()
        seen |= await requests(other)
        await restart(other, day, (4, 4))
        for each in (one, other):
            seen |= await requests(each)
        aws.settle()
    assert day.problems == []
    assert day.answers.keys() == {200}
    assert day.outcomes == {"SUCCEEDED": SUBSCRIBERS}
    assert day.closes[1012] >= SUBSCRIBERS  # each had to reconnect once or more
    assert len(day.operations) == CREATES
    statuses = [await day.ended(each) for each in day.operations]
    assert statuses == ["COMPLETED"] * CREATES
    failed = {labels: n for labels, n in seen.items() if dict(labels)["status"] >= "500"}
    assert {dict(labels)["route"] for labels in failed} <= {"/readyz"}
    check_trace(collector)


async def started_run(day: Day) -> str:
    """The id of a run that lasts until the sandbox ends it."""
    await day.create(1)
    assert await day.ended(day.operations[0]) == "COMPLETED", day
    made = await day.ask(MADE, {"id": day.operations[0]})
    assert made is not None
    started = await day.ask(START, {"id": made["operation"]["mover"]["id"]})
    assert started is not None
    return str(started["startMover"]["run"]["id"])


def check_trace(collector: Collector) -> None:
    """It begins on one server, and the other has the rest of the operation."""
    first, second = collector.servers_of(TRACE).values()
    if "mutation createMover" in second:
        first, second = second, first
    assert first >= {"POST /graphql", "mutation createMover"}
    assert second >= {"operation CREATE_MOVER", "step make"}
    assert any(name.startswith("DataSync.") for name in second)
