"""``datasync-api demo`` and ``sandbox``, as real processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.commands import SIGNALS, children, nothing_is_left, running, until

PROMISES = (
    "Source and destination have the same 300 objects.",
    "0 transferred, 307 files and folders skipped.",
    "Outcome: CANCELLED",
    "No task, location or role is left behind.",
    "the limit of 0.25 MB/s is lifted",
    "40 scans were copied, and no unfinished file.",
    "At 03:00 on Monday through Friday (UTC)",
    "Try it yourself",
)
pytestmark = pytest.mark.timeout(120)


def test_the_demo_plays_to_its_end_and_keeps_its_promises(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--exit") as process:
        printed, _ = process.communicate(timeout=110)
    assert process.returncode == 0, printed
    assert [promise for promise in PROMISES if promise not in printed] == []
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), SIGNALS.items())
def test_a_signal_in_mid_act_ends_the_demo_and_leaves_nothing(
    tmp_path: Path, number: int, status: int
) -> None:
    with running(tmp_path, "demo") as process:
        until(process, "Start a run and follow it live")
        server = children(process)
        process.send_signal(number)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == status, printed
    assert "Traceback" not in printed
    nothing_is_left(tmp_path, server)
