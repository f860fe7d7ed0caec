"""The verdict of a preflight."""

from __future__ import annotations

from graph.model.preflight import CheckStatus, Preflight, PreflightCheck


def test_only_what_would_fail_is_not_ok() -> None:
    checks = [PreflightCheck("x", status, "m") for status in CheckStatus]
    fine = tuple(check for check in checks if check.status is not CheckStatus.FAIL)
    assert len(fine) == 3
    assert Preflight(fine).ok
    assert not Preflight(tuple(checks)).ok
