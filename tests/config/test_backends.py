"""Settings of what a server needs behind it."""

from __future__ import annotations

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import load


def test_traces_are_sent_on_request_alone(environment: pytest.MonkeyPatch) -> None:
    assert load().tracing is False
    environment.setenv("DATASYNC_API_TRACING", "true")
    assert load().tracing is True


@pytest.mark.parametrize("name", ["STORE_CONNECTIONS", "ENGINE_CONNECTIONS"])
@pytest.mark.parametrize("count", ["0", "2", "101", "many"])
def test_connections_are_few_but_enough(
    environment: pytest.MonkeyPatch, name: str, count: str
) -> None:
    environment.setenv(f"DATASYNC_API_{name}", count)
    with pytest.raises(SettingsError, match=name):
        load()
