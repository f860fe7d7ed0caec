"""The counters of an execution, and which of them the service reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FolderCounters:
    """Folders of an ENHANCED run. A BASIC run counts them as files."""

    listed: int = 0
    listed_for_delete: int = 0
    prepared: int = 0
    estimated: int = 0
    estimated_deletes: int = 0
    transferred: int = 0
    skipped: int = 0
    verified: int = 0
    deleted: int = 0

    def describe(self) -> dict[str, Any]:
        """As members of DescribeTaskExecution's response. No folder of the sandbox ever fails."""
        return {
            "EstimatedFoldersToTransfer": self.estimated,
            "EstimatedFoldersToDelete": self.estimated_deletes,
            "FoldersListed": {
                "AtSource": self.listed,
                "AtDestinationForDelete": self.listed_for_delete,
            },
            "FoldersPrepared": self.prepared,
            "FoldersTransferred": self.transferred,
            "FoldersSkipped": self.skipped,
            "FoldersVerified": self.verified,
            "FoldersDeleted": self.deleted,
            "FoldersFailed": dict.fromkeys(("List", "Prepare", "Transfer", "Verify", "Delete"), 0),
        }


@dataclass
class Counters:
    """In BASIC mode files, objects and folders are counted together; in ENHANCED files alone."""

    listed: int = 0
    listed_for_delete: int = 0
    prepared: int = 0
    estimated_files: int = 0
    estimated_bytes: int = 0
    estimated_deletes: int = 0
    transferred: int = 0
    bytes_transferred: int = 0
    bytes_written: int = 0
    skipped: int = 0
    verified: int = 0
    deleted: int = 0
    failed: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("Prepare", "Transfer", "Verify", "Delete"), 0)
    )
    folders: FolderCounters = field(default_factory=FolderCounters)

    def describe(self, *, enhanced: bool) -> dict[str, Any]:
        """The counters as members of DescribeTaskExecution's response."""
        # A BASIC run estimates the items to delete together with those to transfer.
        deletes = 0 if enhanced else self.estimated_deletes
        shown: dict[str, Any] = {
            "EstimatedFilesToTransfer": self.estimated_files + deletes,
            "EstimatedBytesToTransfer": self.estimated_bytes,
            "EstimatedFilesToDelete": self.estimated_deletes,
            "FilesTransferred": self.transferred,
            "BytesTransferred": self.bytes_transferred,
            "BytesCompressed": self.bytes_transferred,
            "BytesWritten": self.bytes_written,
            "FilesSkipped": self.skipped,
            "FilesVerified": self.verified,
            "FilesDeleted": self.deleted,
        }
        if enhanced:
            shown |= {
                "FilesListed": {
                    "AtSource": self.listed,
                    "AtDestinationForDelete": self.listed_for_delete,
                },
                "FilesPrepared": self.prepared,
                "FilesFailed": dict(self.failed),
                **self.folders.describe(),
            }
        return shown


class Folders:
    """Folders that a run has still to count, each with the first item below it."""

    def __init__(self, waiting: Iterable[str] = ()) -> None:
        self._waiting = set(waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def count(self, path: str) -> int:
        """How many folders on the way to the path were not counted before."""
        found = self._waiting & above([path])
        self._waiting -= found
        return len(found)


def above(paths: Iterable[str]) -> set[str]:
    """All folders above the paths; the location's root is the empty string."""
    found: set[str] = set()
    for path in paths:
        parts = path.split("/")[:-1]
        found.update("/".join(parts[:depth]) for depth in range(len(parts) + 1))
    return found
