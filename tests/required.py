"""What a fresh machine may lack, and the CI run may not."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def miss(reason: str) -> NoReturn:
    """Skips the test; fails it where everything is required."""
    if os.environ.get("DATASYNC_API_REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)
