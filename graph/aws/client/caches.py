"""What a process caches of AWS: facts that never change, and hints that are checked on use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cachetools import LRUCache, TTLCache

from graph.model.choice import Choices
from graph.model.location import ListedLocation, Location
from graph.model.mover import Mover, TaskFacts
from graph.model.run import Run

_MOVERS: Final = 20_000
_SMALL: Final = 5_000
_LISTED: Final = 50_000
_CHOICES: Final = 20_000
SNAPSHOT_SECONDS: Final = 60.0
"""How old the pages after the first of a list, and the details of a location, may be."""
RELEARN_SECONDS: Final = 900.0
"""How long behaviour that AWS does not guarantee is relied on."""


def _size(movers: list[Mover]) -> int:
    return 1 + len(movers)


def _number(choices: Choices) -> int:
    return 1 + len(choices.found)


class Caches:
    """Evicts the least recently used entries. Stale entries never reach a response."""

    def __init__(self) -> None:
        self.location_kinds: LRUCache[str, str] = LRUCache(_MOVERS)
        """By ARN. A location never changes its kind."""
        self.locations: TTLCache[str, Location] = TTLCache(_MOVERS, SNAPSHOT_SECONDS)
        """By ARN. Only ``UpdateLocation`` changes them; they outlive the tasks that use them."""
        self.listed_locations: TTLCache[str, ListedLocation] = TTLCache(_MOVERS, SNAPSHOT_SECONDS)
        """By ARN: what the list of locations has of each."""
        self.bucket_roles: TTLCache[str, str] = TTLCache(_MOVERS, RELEARN_SECONDS)
        """By location: the ARN of the role that it reads its bucket with. Only ``UpdateLocation``
        changes it."""
        self.task_ends: LRUCache[str, tuple[str, str]] = LRUCache(_MOVERS)
        """By task: the ARNs of its source and destination, which never change."""
        self.task_facts: TTLCache[str, TaskFacts] = TTLCache(_MOVERS, SNAPSHOT_SECONDS)
        """By task: what searches need beyond the lists. Only ``UpdateTask`` changes it."""
        self.mover_lists: TTLCache[tuple[str, str, str | None, int], list[Mover]] = TTLCache(
            _LISTED, SNAPSHOT_SECONDS, getsizeof=_size
        )
        """For the further pages of a list. By account, region, group (None for all) and changes:
        those from before a change of our own are not found any more."""
        self.choices: TTLCache[tuple[str, str, str, tuple[str, str | None] | None], Choices] = (
            TTLCache(_CHOICES, SNAPSHOT_SECONDS, getsizeof=_number)
        )
        """By account, region, kind and tag: what forms offer."""
        self.changes: LRUCache[tuple[str, str], int] = LRUCache(_SMALL)
        """By account and region: how many changes this process has made there."""
        self.ended_runs: LRUCache[str, Run] = LRUCache(_SMALL)
        """By ARN. An ended run never changes."""
        self.marks: LRUCache[str, Mapping[str, str]] = LRUCache(_MOVERS)
        """By ARN: the tags by which an operation recognises what it made. They never change."""
        self.task_arns: LRUCache[tuple[str, str, str, str], str] = LRUCache(_MOVERS)
        """By account, region, group and mover; a describe call checks it each time."""
        self.first_seen: LRUCache[str, float] = LRUCache(_MOVERS)
        """By task: when a list of this process had it first, in seconds of the monotonic clock."""
        self.newest_first: TTLCache[tuple[str, str], bool] = TTLCache(_SMALL, RELEARN_SECONDS)
        """By account and region: the order in which AWS lists its runs, which is not documented."""
        self.unlisted_runs: TTLCache[tuple[str, str], bool] = TTLCache(_SMALL, RELEARN_SECONDS)
        """By account and region: those whose runs are too many to be read together."""
        self.foreign_tasks: TTLCache[str, bool] = TTLCache(_MOVERS, RELEARN_SECONDS)
        """ARNs of tasks that carry none of this organisation's tags; the tagging API, which lags by
        minutes, shows those that get them later."""

    def note_change(self, account_id: str, region: str) -> None:
        """Drops what a change in an account and region may have made wrong."""
        place = account_id, region
        self.changes[place] = self.changes.get(place, 0) + 1
