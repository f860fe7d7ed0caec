"""What is known of an account, with the number of the change after which each part is as it is.

A client that has seen all changes up to a number needs the parts with higher numbers alone, so that
no queue of events is kept: a part that has changed twice is there once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from graph.model.mover import Mover

MOST: Final = 1_000
"""How many removed movers, runs and operations are kept, of each kind. Clients that need older
ones begin anew."""
_HOLES: Final = 20


class Kind(Enum):
    """What a change is about."""

    MOVER = "m"
    GONE = "g"
    """A mover that is in a group no more: deleted, or moved to another one."""
    RUN = "r"
    OPERATION = "o"


class Subject(NamedTuple):
    """What has changed."""

    kind: Kind
    key: str
    """The ARN of the task or run, or the id of the operation."""
    group: str | None = None
    """Of GONE: the group that the mover has left."""


class Part(NamedTuple):
    """A subject as it is since a change."""

    version: int
    group: str | None = None
    """Of an operation."""
    value: str | float | None = None
    """Of a run its status, of an operation the time of its last change."""
    mover: Mover | None = None


@dataclass(slots=True)
class Picture:
    """One account. Changed by its owner alone."""

    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Numbers of another epoch mean nothing here."""
    sequence: int = 1
    """The number of the last change."""
    floor: int = 1
    """Of what came before it, not everything is known."""
    observed_at: float = 0.0
    """When AWS was asked last, in seconds since 1970."""
    holes: tuple[tuple[int, int], ...] = ()
    """Numbers that another process may have used for changes that are not known here: above the
    first and below the second of each pair."""
    parts: dict[Subject, Part] = field(default_factory=dict)
    """In the order of their versions."""

    @property
    def cursor(self) -> str:
        return self.cursor_of(self.sequence)

    def cursor_of(self, sequence: int) -> str:
        return f"{self.epoch}.{sequence}"

    def number(self, cursor: str) -> int | None:
        """The number in a cursor after which the changes are known; None if they are not."""
        epoch, _, text = cursor.partition(".")
        if epoch != self.epoch or not (text.isdecimal() and text.isascii() and len(text) < 18):  # noqa: PLR2004 - digits
            return None
        number = int(text)
        known = self.floor <= number <= self.sequence
        return number if known and not any(a < number < b for a, b in self.holes) else None

    def since(self, number: int) -> list[Subject]:
        """What has changed after that, in the order of the changes."""
        found = []
        for subject in reversed(self.parts):
            if self.parts[subject].version <= number:
                break
            found.append(subject)
        return found[::-1]

    def skip(self, gap: int) -> None:
        """The next number is higher by ``gap`` than the last one."""
        last = self.sequence
        self.sequence += gap
        self.holes = (*self.holes, (last, self.sequence))
        if len(self.holes) > _HOLES:
            self.floor, self.holes = self.holes[0][1], self.holes[1:]

    def restart(self) -> None:
        """Something may have happened that is not known."""
        self.epoch, self.holes = secrets.token_hex(4), ()
        self.floor = self.sequence

    # What is seen -----------------------------------------------------------------------------

    def mover(self, task_arn: str) -> Mover | None:
        part = self.parts.get(Subject(Kind.MOVER, task_arn))
        return None if part is None else part.mover

    def movers(self) -> list[Mover]:
        return [part.mover for part in self.parts.values() if part.mover is not None]

    def active_runs(self, ended: frozenset[str]) -> list[str]:
        return [
            subject.key
            for subject, part in self.parts.items()
            if subject.kind is Kind.RUN and part.value not in ended
        ]

    def is_visible(self, subject: Subject, sees: Callable[[str | None], bool]) -> bool:
        """Whether who ``sees`` those groups may learn of a change."""
        if subject.kind is Kind.OPERATION:
            part = self.parts.get(subject)
            return part is not None and sees(part.group)
        mover = self.mover(_task_of(subject.key))
        if subject.kind is Kind.GONE:
            return sees(subject.group) and (mover is None or not sees(mover.group))
        if mover is not None:
            return sees(mover.group)
        return subject.kind is Kind.RUN and any(
            part_of.kind is Kind.GONE
            and part_of.key == _task_of(subject.key)
            and sees(part_of.group)
            for part_of in self.parts
        )

    # What is observed -------------------------------------------------------------------------

    def observe(
        self,
        movers: Iterable[Mover] | None = None,
        runs: Mapping[str, str] | None = None,
        operations: Mapping[str, tuple[str | None, float]] | None = None,
    ) -> list[Subject]:
        """Takes what was read into account; returns what has changed by that.

        ``movers``: all of the account. ``runs``: statuses by ARN. ``operations``: groups and times
        of change by id.
        """
        version = self.sequence + 1
        new: dict[Subject, Part] = {}
        if movers is not None:
            new |= self._observed_movers({each.task_arn: each for each in movers}, version)
        for run_arn, status in (runs or {}).items():
            new[Subject(Kind.RUN, run_arn)] = Part(version, value=status)
        for key, (group, changed_at) in (operations or {}).items():
            new[Subject(Kind.OPERATION, key)] = Part(version, group, changed_at)
        changed = {subject: part for subject, part in new.items() if self._differs(subject, part)}
        if changed:
            self.sequence = version
            for subject, part in changed.items():
                self.parts.pop(subject, None)
                self.parts[subject] = part
            self._bound()
        return list(changed)

    def _observed_movers(self, now: Mapping[str, Mover], version: int) -> dict[Subject, Part]:
        new = {Subject(Kind.MOVER, arn): Part(version, mover=each) for arn, each in now.items()}
        for before in self.movers():
            after = now.get(before.task_arn)
            if after is None or after.group != before.group:
                new[Subject(Kind.GONE, before.task_arn, before.group)] = Part(version)
            if after is None:
                del self.parts[Subject(Kind.MOVER, before.task_arn)]
        for mover in now.values():  # back in a group that it had left
            self.parts.pop(Subject(Kind.GONE, mover.task_arn, mover.group), None)
        return new

    def _differs(self, subject: Subject, part: Part) -> bool:
        before = self.parts.get(subject)
        return before is None or before._replace(version=part.version) != part

    def _bound(self) -> None:
        for kind in (Kind.GONE, Kind.RUN, Kind.OPERATION):
            kept = [subject for subject in self.parts if subject.kind is kind]
            for subject in kept[: max(0, len(kept) - MOST)]:
                self.floor = max(self.floor, self.parts.pop(subject).version)


def _task_of(arn: str) -> str:
    return arn.partition("/execution/")[0]
