"""What the process may remember of AWS: facts that never change, and hints that are checked."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from graph.model.run import Run

K = TypeVar("K")
V = TypeVar("V")

NOT_OURS_SECONDS: Final = 900.0
"""How long a task that carries none of our tags is not asked for them again; the tagging API, which
lags by minutes, shows it once it does."""


class Bounded(Generic[K, V]):
    """A mapping that forgets what was not used for longest, and what is older than its age."""

    def __init__(self, most: int, seconds: float = float("inf")) -> None:
        self._most, self._seconds = most, seconds
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        entry = self._kept.get(key)
        if entry is None:
            return None
        if time.monotonic() - entry[0] > self._seconds:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return entry[1]

    def put(self, key: K, value: V) -> None:
        self._kept[key] = (time.monotonic(), value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)


class Memory:
    """The caches of one process. Nothing in them can be stale in a way that shows."""

    def __init__(self) -> None:
        self.location_kinds: Bounded[str, str] = Bounded(20_000)
        """By ARN. A location never changes its kind."""
        self.ended_runs: Bounded[str, Run] = Bounded(5_000)
        """By ARN. An ended run never changes."""
        self.marks: Bounded[str, Mapping[str, str]] = Bounded(20_000)
        """By ARN: the tags by which an operation knows what it made. They never change."""
        self.hints: Bounded[tuple[str, str, str], str] = Bounded(20_000)
        """Account, group and mover to the task's ARN; a describe call checks it each time."""
        self.newest_first: Bounded[str, bool] = Bounded(5_000, NOT_OURS_SECONDS)
        """By account: the order in which AWS lists its runs, which is not documented."""
        self.not_ours: Bounded[str, bool] = Bounded(20_000, NOT_OURS_SECONDS)
        """ARNs of tasks that carry none of this organisation's tags."""
