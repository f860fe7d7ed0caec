"""What an update changes of a location."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class LocationUsers(Enum):
    """Whom a change of a location may affect."""

    SHARED = "SHARED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationChange:
    """What is absent stays as it is."""

    kind: str
    """Of the location, such as NFS."""
    member: str
    """The same as a member of the input, such as ``nfs``."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """New values by the fields of the kind's specification."""
    is_for_all: bool = False
    """Whether the movers that share the location may change with it."""
    if_unchanged_since: str | None = None
    """The revision of the location that the caller has seen."""
