"""Orphans: locations that no task uses, and roles that no location uses."""

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
    """The URI of a location; None for a role."""
    group: str | None
    created_at: datetime
    why: str
    """Why it counts as an orphan, as a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits within which a resource may count as an orphan."""

    made_before: datetime
    """Younger resources may belong to a mover that some server is still creating."""
    operations: frozenset[str] = frozenset()
    """Operations in progress; resources tagged with one of them belong to it."""
    groups: frozenset[str | None] = frozenset()
    """Groups with a mover that is being deleted, whose parts are briefly unused."""

    def spare(self, group: str | None, operation_id: str | None) -> bool:
        return group in self.groups or operation_id in self.operations
