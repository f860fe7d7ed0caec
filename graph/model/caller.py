"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a valid token stands for. ``name`` goes into logs and operations."""

    name: str
