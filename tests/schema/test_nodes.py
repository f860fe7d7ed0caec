"""Movers and runs as they are shown: what they lack is null, what is internal is hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph.model.mover import GROUP_TAG, HIDDEN_TAGS, Account, Tag
from graph.model.mover import Mover as MoverModel
from graph.model.progress import measure
from graph.model.run import Counters, Phase, RunResult
from graph.model.run import Run as RunModel
from graph.sandbox import Sandbox
from graph.schema.nodes import Mover, Run
from tests.operations.by_hand import by_hand
from tests.schema.execution import select
from tests.world import LAB, ask, furnish, serving

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOVER = MoverModel(
    account=Account(LAB, "us-east-1"), task_arn=TASK, name="one", status="X", mode="BASIC", tags=()
)
RUN = RunModel(
    run_arn=f"{TASK}/execution/exec-0123456789abcdef0",
    status="TRANSFERRING",
    mode="BASIC",
    requested_at=None,
    launched_at=None,
    ended_at=None,
    counters=Counters(bytes_estimated=200, bytes_transferred=50),
    result=None,
    options={},
    described={},
)
PAGE = """query($first: Int!, $after: String) {
  account(id: "%s") { movers(first: $first, after: $after) {
    totalCount nodes { name } pageInfo { hasNextPage endCursor } } } }"""


def unwatched(found: Any = None) -> Any:
    """A context in which a watch has observed that, if anything."""
    runs = SimpleNamespace(observed=lambda _run_arn: found)
    return SimpleNamespace(services=SimpleNamespace(runs=runs))


@pytest.mark.parametrize("group", [None, "g", "a b"])
async def test_the_group_of_a_mover_is_that_of_its_tag(group: str | None) -> None:
    tags = [Tag("team", "blue"), *(Tag(key, "x") for key in sorted(HIDDEN_TAGS))]
    own = [] if group is None else [Tag(GROUP_TAG, group)]
    mover = Mover(value=replace(MOVER, tags=(*own, *tags)))
    it = await select(Mover, mover, "{ group { name account { accountId } } tags { key value } }")
    account = {"accountId": LAB}
    assert it["group"] == (None if group is None else {"name": group, "account": account})
    assert it["tags"] == [{"key": tag.key, "value": tag.value} for tag in (*own, tags[0])]


async def test_a_run_without_a_report_has_no_result() -> None:
    it = await select(
        Run, Run(value=RUN), "{ runId outcome requestedAt endedAt result { errorCode } }"
    )
    assert it == {
        "runId": "exec-0123456789abcdef0",
        "outcome": None,
        "requestedAt": None,
        "endedAt": None,
        "result": None,
    }


async def test_the_result_of_a_run_has_its_phases_in_order() -> None:
    phases = (
        Phase(name="PREPARE", status="SUCCESS", duration_ms=3),
        Phase(name="VERIFY", status=None, duration_ms=None),
    )
    result = RunResult(phases=phases, total_duration_ms=2**40, error_code="E", error_detail="why")
    it = await select(
        Run,
        Run(value=replace(RUN, status="ERROR", result=result)),
        "{ outcome result { totalDurationMs errorCode errorDetail "
        "phases { name status durationMs } } }",
    )
    assert it["outcome"] == "FAILED"
    assert it["result"] == {
        "totalDurationMs": 2**40,
        "errorCode": "E",
        "errorDetail": "why",
        "phases": [
            {"name": "PREPARE", "status": "SUCCESS", "durationMs": 3},
            {"name": "VERIFY", "status": None, "durationMs": None},
        ],
    }


PROGRESS = "{ progress { sequence percent bytes { transferred } } }"


async def test_progress_is_that_of_the_event_before_that_of_a_watch_before_a_single_reading() -> (
    None
):
    watched = replace(measure(RUN, NOW), sequence=7, percent=30.0)
    event = replace(watched, sequence=8, percent=40.0)
    seen = unwatched(SimpleNamespace(run=RUN, progress=watched))
    found = [
        await select(Run, Run(value=RUN, measured=event), PROGRESS, seen),
        await select(Run, Run(value=RUN), PROGRESS, seen),
        await select(Run, Run(value=RUN), PROGRESS, unwatched()),
    ]
    shown = [(it["progress"]["sequence"], it["progress"]["percent"]) for it in found]
    assert shown == [(8, 40.0), (7, 30.0), (0, 25.0)]
    assert all(it["progress"]["bytes"] == {"transferred": 50} for it in found)


async def test_progress_of_another_status_is_not_that_of_the_run() -> None:
    ended = replace(RUN, status="SUCCESS")
    old = unwatched(SimpleNamespace(run=RUN, progress=replace(measure(RUN, NOW), sequence=7)))
    it = await select(Run, Run(value=ended), PROGRESS, old)
    assert (it["progress"]["sequence"], it["progress"]["percent"]) == (0, 100.0)


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_movers_are_paged_by_name_whatever_the_order_of_their_making(
    aws: Sandbox, tmp_path: Path, size: int
) -> None:
    furnish(aws, LAB)
    names = ["c", "a", "e", "b", "d"]
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    for name in names:
        by_hand("g", (role, role), name=name)
    listed: list[str] = []
    after = None
    async with serving(tmp_path) as client:
        while True:
            page = (await ask(client, PAGE % LAB, first=size, after=after))["account"]["movers"]
            assert page["totalCount"] == len(names)
            listed += [mover["name"] for mover in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    assert listed == sorted(names)
