"""How movers are searched: a filter, and an order with a place for each mover."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final, NamedTuple

from graph.model.mover import Mover, Schedule
from graph.model.run import Outcome
from graph.model.words import LocationKind, MoverStatus, ScheduleStatus, TaskMode


class MoverOrderField(Enum):
    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    STATUS = "STATUS"
    LAST_RUN_AT = "LAST_RUN_AT"


class OrderDirection(Enum):
    ASC = "ASC"
    DESC = "DESC"


class ScheduleState(Enum):
    NONE = "NONE"
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    OTHER = "OTHER"

    @classmethod
    def of(cls, schedule: Schedule | None) -> ScheduleState:
        """Whether a schedule starts its mover. One whose status AWS does not report is enabled."""
        if schedule is None:
            return cls.NONE
        return cls[ScheduleStatus(schedule.status or "ENABLED").name]


@dataclass(frozen=True, slots=True)
class TagCondition:
    """A tag that a mover has to have; with any value if that is None."""

    key: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoverFilter:
    """Selects movers. Members that are None match everything; those that are set must all match."""

    name_contains: str | None = None
    """Regardless of case."""
    group: str | None = None
    status: frozenset[MoverStatus] | None = None
    mode: frozenset[TaskMode] | None = None
    tags: frozenset[TagCondition] | None = None
    """All of them."""
    location_kind: frozenset[LocationKind] | None = None
    """Of the source or the destination."""
    last_outcome: frozenset[Outcome] | None = None
    """Of the last run, which has to have ended."""
    has_run: bool | None = None
    schedule: frozenset[ScheduleState] | None = None

    def admits(self, mover: Mover) -> bool:
        """Whether a mover matches, as far as its entry in the list shows."""
        name = self.name_contains
        return (
            (name is None or name.casefold() in mover.name.casefold())
            and self.group in (None, mover.group)
            and (self.status is None or MoverStatus(mover.status) in self.status)
            and (self.mode is None or TaskMode(mover.mode) in self.mode)
            and all(_carries(mover, wanted) for wanted in self.tags or ())
        )

    def text(self) -> str:
        """Equal for equal filters, and for no others."""
        return json.dumps({each.name: _plain(getattr(self, each.name)) for each in fields(self)})


ALL_MOVERS: Final = MoverFilter()


class Place(NamedTuple):
    """The place of a mover in an order: its value there, and what decides between equal ones."""

    value: str | float | None
    name: str
    task_arn: str

    def text(self) -> str:
        """Printable, whatever the name is."""
        return json.dumps(self)


@dataclass(frozen=True, slots=True)
class MoverOrder:
    """Movers without a value come last. Of those with equal ones, the order is that of names."""

    field: MoverOrderField = MoverOrderField.NAME
    direction: OrderDirection = OrderDirection.ASC

    def rank(self, place: Place) -> tuple[Any, ...]:
        """Ascends in the order."""
        value = place.value
        descends = self.direction is OrderDirection.DESC
        return value is None, _Descending(value) if descends else value, place.name, place.task_arn

    def text(self) -> str:
        """Equal for equal orders, and for no others."""
        return f"{self.field.name} {self.direction.name}"

    def place(self, text: str) -> Place:
        """The place that ``Place.text`` has written. Raises ValueError."""
        given = json.loads(text)
        if not isinstance(given, list) or len(given) != len(Place._fields):
            raise ValueError("a place has three parts")
        value, name, task_arn = given
        if not isinstance(name, str) or not isinstance(task_arn, str) or not self._fits(value):
            raise ValueError("a part of the place has another type")
        return Place(value, name, task_arn)

    def _fits(self, value: object) -> bool:
        if self.field in (MoverOrderField.NAME, MoverOrderField.STATUS):
            return isinstance(value, str)
        return value is None or (isinstance(value, float) and math.isfinite(value))


@dataclass(frozen=True, slots=True)
class _Descending:
    value: Any

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)


def _carries(mover: Mover, wanted: TagCondition) -> bool:
    return any(
        tag.key == wanted.key and wanted.value in (None, tag.value) for tag in mover.shown_tags
    )


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(str(_plain(each)) for each in value)
    if isinstance(value, Enum):
        return value.name
    return json.dumps([value.key, value.value]) if isinstance(value, TagCondition) else value
