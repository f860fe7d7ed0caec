"""What decides how a task may transfer: facts of the location at either end of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_OBJECT_STORES: Final = frozenset({"S3", "OBJECT_STORAGE", "AZURE_BLOB"})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end. It is that of a location to be created or of one that exists."""

    kind: str
    """As in ``Location.kind``."""
    is_agentless: bool = False
    """Whether it is storage outside AWS that is reached without an agent."""
    is_on_outposts: bool = False
    speaks_smb: bool = False
    storage_class: str | None = None
    """Of S3, which the objects at a destination get."""
    name_nodes: int = 1
    """Of HDFS."""
    bucket: str | None = None
    """Of S3: its name, or the ARN of an access point."""

    @property
    def is_object_store(self) -> bool:
        """Whether it keeps objects instead of files, which have no POSIX attributes."""
        return self.kind in _OBJECT_STORES
