"""An environment in which the settings that are required are given."""

from __future__ import annotations

import pytest

GOOD = {"ORG": "acme", "TOKEN": "k", "ROLE": "r"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    return monkeypatch
