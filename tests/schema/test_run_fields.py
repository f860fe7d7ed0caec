"""Runs as they are shown: what they lack is null, words of AWS are members of enums."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from graph.model.progress import measure
from graph.model.run import Counters, Phase, RunResult
from graph.model.run import Run as RunModel
from graph.schema.nodes import Run
from tests.schema.execution import select
from tests.world import LAB

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
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


def unwatched(found: Any = None) -> Any:
    """A context in which a watch has observed that, if anything."""
    runs = SimpleNamespace(observed=lambda _run_arn: found)
    return SimpleNamespace(services=SimpleNamespace(runs=runs))


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


@pytest.mark.parametrize(
    ("status", "expected"), [("TRANSFERRING", "TRANSFERRING"), ("REWINDING", "OTHER")]
)
async def test_a_status_is_a_member_of_an_enum_beside_the_word(status: str, expected: str) -> None:
    run = Run(value=replace(RUN, status=status, mode="TURBO"))
    it = await select(Run, run, "{ status statusText mode modeText }")
    assert (it["status"], it["statusText"]) == (expected, status)
    assert (it["mode"], it["modeText"]) == ("OTHER", "TURBO")
