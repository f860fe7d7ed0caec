"""A run service on the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.runs.lab import Lab, opened


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    """Runs stay in LAUNCHING until the test turns the sandbox's clock."""
    async with opened(aws, tmp_path) as lab:
        yield lab
