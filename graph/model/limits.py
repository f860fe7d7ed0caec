"""What the server lets a request and a caller use, as clients can read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHARE_OF_A_USER: Final = 4
"""An end user that a key names may use a quarter of what the key may."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Maxima. A caller is a key; each end user that it names has a share of its budget."""

    body_bytes: int = 1 << 20
    calls_per_request: int = 5_000
    """To AWS."""
    accounts_per_request: int = 100
    """That the settings do not list."""
    call_budget: int = 40_000
    """Calls to AWS that a caller may make at once."""
    calls_per_second: float = 200
    """Of the budget of a caller that are restored."""
    operations_per_caller: int = 1_000
    """Creates and deletes that are accepted and have not ended."""
