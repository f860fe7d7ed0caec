"""Settings of what a server needs behind it."""

from __future__ import annotations

import pytest

from graph.config.sources import load


def test_traces_are_sent_on_request_alone(environment: pytest.MonkeyPatch) -> None:
    assert load().tracing is False
    environment.setenv("DATASYNC_API_TRACING", "true")
    assert load().tracing is True
