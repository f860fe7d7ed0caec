"""What tests of single modules of this package share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.operations.stepped import SteppedTime, stepped_runtime


@pytest.fixture
async def stepped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SteppedTime]:
    """A runtime in which waiting takes no time."""
    async with stepped_runtime(tmp_path, monkeypatch) as clock:
        yield clock
