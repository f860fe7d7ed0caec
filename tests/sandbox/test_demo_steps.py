"""What the demo prints of a run, and how it ends where a step failed."""

from __future__ import annotations

import pytest

from graph.sandbox.client import DemoError
from graph.sandbox.demo_steps import details, unwrapped


def test_details_are_what_is_known_of_the_progress() -> None:
    known = {"bytes": {"transferred": 2_500_000}, "bytesPerSecond": 1e6}
    assert details({**known, "estimatedSecondsLeft": 3}) == "2.5 MB  1.0 MB/s  3 s left"
    unknown = {"bytes": {"transferred": None}, "bytesPerSecond": None}
    assert details({**unknown, "estimatedSecondsLeft": None}) == "0.0 MB"


def test_the_errors_of_a_payload_end_the_demo() -> None:
    assert unwrapped({"errors": [], "run": {"id": "x"}}, "run") == {"id": "x"}
    with pytest.raises(DemoError, match="too late; too early"):
        unwrapped({"errors": [{"message": "too late"}, {"message": "too early"}]}, "run")
