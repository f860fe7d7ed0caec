"""The lock of the schema: never waited for without a limit."""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

import pytest

from graph.model.errors import Upstream
from graph.store import locks, open_store


async def test_a_lock_that_is_never_released_ends_the_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LOCK_SECONDS", 0.1)
    path = tmp_path / f"{uuid.uuid4()}.sqlite"
    handle = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(Upstream):
            async with open_store(f"sqlite:///{path}"):
                pass
    finally:
        os.close(handle)
