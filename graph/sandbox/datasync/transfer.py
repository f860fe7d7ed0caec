"""One execution: its work, its progress and its end."""

from __future__ import annotations

import fnmatch
import logging
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.counters import Counters, Folders, above
from graph.sandbox.datasync.storage import Entry, Storage
from graph.sandbox.datasync.task_files import RunFiles
from graph.sandbox.failures import Failure
from graph.sandbox.pace import PACE

log = logging.getLogger(__name__)

_FIRST: Final = 10
"""The steps of preparation that an ENHANCED run takes before it copies the first object."""
_STEPS_AHEAD: Final = 2
"""... and then for each object that it copies, so that its totals grow meanwhile."""
_NEVER_COPIED: Final = ["/.aws-datasync", "/.awssync", "/.zfs"]
"""Folders that the service leaves out whatever the filters say, as it does ``*.snapshot``."""
_LISTS: Final = ("Transferred", "Verified", "Deleted", "Skipped")
PHASES: Final = {"PREPARING": "Prepare", "TRANSFERRING": "Transfer", "VERIFYING": "Verify"}


@dataclass(eq=False)
class Transfer:
    source: Storage
    destination: Storage
    options: dict[str, Any]
    includes: list[str]
    excludes: list[str]
    enhanced: bool = False
    files: RunFiles | None = None
    """Its manifest and report."""
    counters: Counters = field(default_factory=Counters)
    status: str = "QUEUED"
    began: datetime | None = None
    launched: datetime | None = None
    ended: datetime | None = None
    failure: Failure | None = None
    phases: dict[str, tuple[str, datetime, datetime | None]] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    plan: list[Entry] = field(default_factory=list)
    copied: list[Entry] = field(default_factory=list)
    compared: int = 0
    """How many of those copied were verified."""
    lists: dict[str, list[tuple[Entry, str | None]]] = field(default_factory=dict)
    """For the report: files with the reason why they failed, by list; empty before any listing."""
    to_make: Folders = field(default_factory=Folders)
    """The folders that the destination does not have."""
    to_verify: Folders = field(default_factory=Folders)

    def steps(self) -> Generator[float, None, None]:
        """The whole life of an execution; each value is the seconds until its next step."""
        try:
            self.began, self.status = CLOCK.now(), "LAUNCHING"
            yield PACE.launch
            self.launched = CLOCK.now()
            preparing = self._prepare()
            first = islice(preparing, _FIRST) if self.enhanced else preparing
            yield from self._phase("PREPARING", first)
            yield from self._phase("TRANSFERRING", self._transfer(preparing))
            if self.options["VerifyMode"] != "NONE":
                yield from self._phase("VERIFYING", self._verify())
            self._skipped_none()
            self.status = "SUCCESS"
        except Failure as failure:
            self.failure, self.status = failure, "ERROR"
        except Exception:  # one failed transfer must not stop the others
            log.exception("a transfer broke")
            self.failure, self.status = Failure("InternalError", "The transfer broke."), "ERROR"
        if self.files is not None:
            self.files.finish(self.lists or None, enhanced=self.enhanced)
        self.ended = CLOCK.now()

    def abandon(self, failure: Failure) -> None:
        """Ends it before its start."""
        self.failure, self.status, self.ended = failure, "ERROR", CLOCK.now()

    def _phase(self, name: str, work: Iterable[float]) -> Generator[float, None, None]:
        self.status, started = name, CLOCK.now()
        self.phases[name] = ("PENDING", started, None)
        try:
            yield PACE.phase
            yield from work
        except Failure:
            self.phases[name] = ("ERROR", started, CLOCK.now())
            raise
        self.phases[name] = ("SUCCESS", started, CLOCK.now())

    def _prepare(self) -> Generator[float, None, None]:
        self.source.check()
        self.destination.check()
        if self.files is not None:
            self.files.read()
        self.lists = {name: [] for name in _LISTS}
        here, there = self._listed(self.source), self._listed(self.destination)
        self._missing(here)
        tally, compares = self.counters, self.options["TransferMode"] != "ALL"
        missing = self._find_folders(above(here), above(there))
        listing = Folders(above(here))
        for path in sorted(here):
            entry = here[path]
            tally.listed += 1
            self._list_folders(listing.count(path), missing.count(path), compares=compares)
            if self._stays(entry, there.get(path)):
                tally.skipped += 1
                self.lists["Skipped"].append((entry, None))
            else:
                self.plan.append(entry)
                tally.prepared += compares
                tally.estimated_files += 1
                tally.estimated_bytes += entry.size
            yield PACE.listing
        if not self.enhanced:
            tally.estimated_files += tally.folders.estimated
            tally.skipped += tally.folders.skipped
        if self.options["PreserveDeletedFiles"] == "REMOVE" and self._manifest is None:
            self.extra = sorted(there.keys() - here.keys())
            tally.listed_for_delete = len(there)
            tally.estimated_deletes = len(self.extra)
            tally.folders.listed_for_delete = len(above(there))
            tally.folders.estimated_deletes = len(above(there) - above(here) - {""})

    def _find_folders(self, here: set[str], there: set[str]) -> Folders:
        """The folders that the destination does not have."""
        missing = here - there
        self.to_make = Folders(missing)
        whole = self.options["VerifyMode"] == "POINT_IN_TIME_CONSISTENT"
        self.to_verify = Folders(here if whole else missing)
        return Folders(missing)

    def _list_folders(self, listed: int, missing: int, *, compares: bool) -> None:
        folders = self.counters.folders
        folders.listed += listed
        folders.estimated += missing
        folders.prepared += missing if compares else 0
        folders.skipped += listed - missing

    def _transfer(self, preparing: Generator[float, None, None]) -> Generator[float, None, None]:
        """In ENHANCED mode, prepares meanwhile, faster than it copies, and verifies immediately."""
        moved, prepared = 0, False
        while moved < len(self.plan) or not prepared:
            steps = list(islice(preparing, _STEPS_AHEAD))
            prepared = len(steps) < _STEPS_AHEAD
            yield from steps
            for entry in self.plan[moved : moved + 1]:
                yield PACE.per_object
                yield from self._move(entry.path)
                moved += 1
            if self.enhanced and self.options["VerifyMode"] != "NONE":
                yield from self._verify_copied()
        for path in self.extra:
            self.lists["Deleted"].append((self.destination.find(path) or Entry(path, 0, ""), None))
            self.destination.delete(path)
            self.counters.deleted += 1
            yield PACE.per_object
        self.counters.folders.deleted = self.counters.folders.estimated_deletes

    def _move(self, path: str) -> Generator[float, None, None]:
        """Copies the current object, which may differ from the one that was listed."""
        version = (self._manifest or {}).get(path)
        tally, copy = self.counters, self.source.read(path, version)
        if copy is None:
            tally.failed["Transfer"] += 1
            self.lists["Transferred"].append((Entry(path, 0, ""), "The file is not at the source."))
            return
        left = copy.entry.size
        while left:
            limit = self.options.get("BytesPerSecond", -1)
            rate = min(PACE.bandwidth, limit) if limit and limit > 0 else PACE.bandwidth
            part = min(left, max(1, int(rate / 20)))
            yield part / rate
            left -= part
            tally.bytes_transferred += part
        self.destination.check()
        self.destination.write(
            copy,
            tags=self.options["ObjectTags"] == "PRESERVE",
            metadata=self.options["ObjectMetadata"] == "PRESERVE",
        )
        self.copied.append(copy.entry)
        self.lists["Transferred"].append((copy.entry, None))
        tally.bytes_written += copy.entry.size
        folders = self.to_make.count(path)
        tally.folders.transferred += folders
        tally.transferred += 1 if self.enhanced else 1 + folders

    def _verify(self) -> Generator[float, None, None]:
        """Compares with the current source, or only with what was read from it."""
        self.destination.check()
        whole = self.options["VerifyMode"] == "POINT_IN_TIME_CONSISTENT"
        if whole and self._manifest is None:
            self.source.check()
            for entry in self._listed(self.source).values():
                yield from self._compare(entry)
        else:
            yield from self._verify_copied()
        if self.counters.failed["Verify"]:
            raise Failure(
                "VerificationFailed",
                "Transfer and verification completed. Verification detected mismatches. "
                "Files with mismatches are listed in Cloud Watch Logs",
            )

    def _verify_copied(self) -> Generator[float, None, None]:
        """The bytes copied since the last call."""
        while self.compared < len(self.copied):
            self.compared += 1
            yield from self._compare(self.copied[self.compared - 1])

    def _compare(self, entry: Entry) -> Generator[float, None, None]:
        yield PACE.verifying
        there = self.destination.find(entry.path)
        if entry.same(there) or (there and self.options["OverwriteMode"] == "NEVER"):
            folders = self.to_verify.count(entry.path)
            self.counters.folders.verified += folders
            self.counters.verified += 1 if self.enhanced else 1 + folders
            self.lists["Verified"].append((entry, None))
        else:
            self.counters.failed["Verify"] += 1
            self.lists["Verified"].append((entry, "The file differs at the destination."))

    def _skipped_none(self) -> None:
        """A run that completed but skipped objects because of errors ends as ERROR."""
        if self.counters.failed["Transfer"]:
            raise Failure(
                "FilesSkipped",
                "Transfer and verification completed. Selected files transferred except for files "
                "skipped due to errors. If no skipped files are listed in Cloud Watch Logs, please "
                "contact AWS Support for further assistance.",
            )

    @property
    def _manifest(self) -> dict[str, str | None] | None:
        """The version to move of each path; None without a manifest."""
        return None if self.files is None else self.files.wanted

    def _missing(self, here: dict[str, Entry]) -> None:
        """A file of the manifest that the source does not have is not transferred."""
        for path in sorted((self._manifest or {}).keys() - here.keys()):
            self.counters.failed["Transfer"] += 1
            self.lists["Transferred"].append((Entry(path, 0, ""), "ManifestFileDoesNotExist"))

    def _listed(self, store: Storage) -> dict[str, Entry]:
        return {path: entry for path, entry in store.entries().items() if self._wanted(path)}

    def _stays(self, entry: Entry, current: Entry | None) -> bool:
        """Whether the object at the destination is kept."""
        if current is None:
            return False
        if self.options["OverwriteMode"] == "NEVER":
            return True
        return self.options["TransferMode"] == "CHANGED" and entry.same(current)

    def _wanted(self, path: str) -> bool:
        if path.endswith(".snapshot") or _hit(_NEVER_COPIED, path):
            return False
        if self._manifest is not None:
            return path in self._manifest
        if self.includes and not _hit(self.includes, path):
            return False
        return not _hit(self.excludes, path)

    def result(self) -> dict[str, Any] | None:
        """How it ended; None before that, when the service's answer has no such member."""
        if self.ended is None:
            return None
        shown: dict[str, Any] = {}
        for phase, word in PHASES.items():
            status, started, ended = self.phases.get(phase, ("PENDING", None, None))
            shown[f"{word}Status"] = status
            shown[f"{word}Duration"] = (
                0 if self.enhanced or not (started and ended) else _milliseconds(ended - started)
            )
        if self.began:
            shown["TotalDuration"] = _milliseconds(self.ended - self.began)
        if self.failure:
            shown |= {"ErrorCode": self.failure.code, "ErrorDetail": self.failure.detail}
        return shown


def _hit(patterns: list[str], path: str) -> bool:
    """Whether a filter's pattern names the path, or a folder above it."""
    full = f"/{path}"
    return any(
        fnmatch.fnmatchcase(full, pattern) or full.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )


def _milliseconds(span: timedelta) -> int:
    return round(span / timedelta(milliseconds=1))
