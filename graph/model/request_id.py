"""The ids by which requests are found in logs."""

from __future__ import annotations

import os

_BYTES = 16


def new_request_id() -> str:
    """32 random hexadecimal digits."""
    return os.urandom(_BYTES).hex()
