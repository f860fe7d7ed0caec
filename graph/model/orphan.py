"""What movers left behind: locations that no task uses, and roles that no location uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class OrphanKind(Enum):
    LOCATION = "LOCATION"
    ROLE = "ROLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    kind: OrphanKind
    arn: str
    uri: str | None
    """Of a location; None for a role."""
    group: str | None
    created_at: datetime
    why: str
    """What is missing that would make it part of a mover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may be called an orphan at all."""

    made_before: datetime
    """What is younger may be part of a mover that is still being made, by whatever server."""
    operations: frozenset[str] = frozenset()
    """Under way: what carries the mark of one is its own business."""
    groups: frozenset[str | None] = frozenset()
    """A mover of theirs is being deleted: its parts are alone for a moment."""

    def spare(self, group: str | None, operation_id: str | None) -> bool:
        return group in self.groups or operation_id in self.operations
