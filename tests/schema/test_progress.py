"""The progress of a run: each field shows the counter of its name, however large."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from graph.model.progress import Progress
from graph.model.run import Counters
from graph.schema.progress import RunProgress
from tests.schema.execution import execute, select

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROGRESS = Progress(
    sequence=3, phase="TRANSFERRING", percent=None, totals_final=False, observed_at=NOW
)
SHOWN = {
    "bytes": {
        "estimated": "bytes_estimated",
        "transferred": "bytes_transferred",
        "written": "bytes_written",
        "compressed": "bytes_compressed",
    },
    "files": {
        "estimated": "files_estimated",
        "transferred": "files_transferred",
        "estimatedToDelete": "files_estimated_to_delete",
        "deleted": "files_deleted",
        "skipped": "files_skipped",
        "verified": "files_verified",
        "prepared": "files_prepared",
        "listedAtSource": "files_listed_at_source",
        "listedAtDestination": "files_listed_at_destination",
    },
    "folders": {
        "estimated": "folders_estimated",
        "transferred": "folders_transferred",
        "estimatedToDelete": "folders_estimated_to_delete",
        "deleted": "folders_deleted",
        "skipped": "folders_skipped",
        "verified": "folders_verified",
        "prepared": "folders_prepared",
        "listedAtSource": "folders_listed_at_source",
        "listedAtDestination": "folders_listed_at_destination",
    },
    "failedFolders": {
        "list": "folders_failed_list",
        "prepare": "folders_failed_prepare",
        "transfer": "folders_failed_transfer",
        "verify": "folders_failed_verify",
        "delete": "folders_failed_delete",
    },
    "failed": {
        "prepare": "files_failed_prepare",
        "transfer": "files_failed_transfer",
        "verify": "files_failed_verify",
        "delete": "files_failed_delete",
    },
}
ALL = (
    f"{{ bytes {{ {' '.join(SHOWN['bytes'])} }} "
    f"files {{ {' '.join(SHOWN['files'])} failed {{ {' '.join(SHOWN['failed'])} }} }} "
    f"folders {{ {' '.join(SHOWN['folders'])} "
    f"failed {{ {' '.join(SHOWN['failedFolders'])} }} }} }}"
)
NAMES = [counter.name for counter in fields(Counters)]


async def shown(counters: Counters) -> dict[str, Any]:
    """The counters by the names of the model."""
    it = await select(RunProgress, RunProgress(value=PROGRESS, counters=counters), ALL)
    groups = {
        "failed": it["files"].pop("failed"),
        "failedFolders": it["folders"].pop("failed"),
        **{name: it[name] for name in ("bytes", "files", "folders")},
    }
    return {SHOWN[group][name]: n for group, of in groups.items() for name, n in of.items()}


async def test_each_counter_is_shown_in_its_place() -> None:
    given = {name: 2**40 + number for number, name in enumerate(NAMES)}
    assert await shown(Counters(**given)) == given


@pytest.mark.parametrize("name", NAMES)
async def test_zero_is_shown_and_what_aws_does_not_report_is_null(name: str) -> None:
    expected: dict[str, int | None] = dict.fromkeys(NAMES)
    assert await shown(Counters(**{name: 0})) == expected | {name: 0}


@pytest.mark.parametrize("count", [2**53, -(2**53), 2**80])
async def test_a_count_that_json_clients_would_round_is_an_error(count: int) -> None:
    progress = RunProgress(value=PROGRESS, counters=Counters(bytes_written=count))
    result = await execute(RunProgress, progress, "{ phase bytes { written estimated } }")
    assert result.data == {
        "it": {"phase": "TRANSFERRING", "bytes": {"written": None, "estimated": None}}
    }
    assert [error.path for error in result.errors or []] == [["it", "bytes", "written"]]


async def test_what_is_measured_is_shown_and_what_is_not_is_null() -> None:
    selection = """{ sequence phase percent totalsFinal bytesPerSecond filesPerSecond
      estimatedSecondsLeft estimateBasis elapsedSeconds stalledSince observedAt }"""
    measured = replace(
        PROGRESS,
        percent=12.5,
        totals_final=True,
        bytes_per_second=1.5,
        files_per_second=0.25,
        seconds_left=60.0,
        basis="BYTES",
        elapsed_seconds=9.0,
        stalled_since=NOW,
    )
    base = {"sequence": 3, "phase": "TRANSFERRING", "observedAt": "2026-01-01T00:00:00.000Z"}
    expected = {
        "percent": 12.5,
        "totalsFinal": True,
        "bytesPerSecond": 1.5,
        "filesPerSecond": 0.25,
        "estimatedSecondsLeft": 60.0,
        "estimateBasis": "BYTES",
        "elapsedSeconds": 9.0,
        "stalledSince": "2026-01-01T00:00:00.000Z",
    }
    for value, members in (
        (measured, expected),
        (PROGRESS, dict.fromkeys(expected) | {"totalsFinal": False}),
    ):
        progress = RunProgress(value=value, counters=Counters())
        assert await select(RunProgress, progress, selection) == base | members
