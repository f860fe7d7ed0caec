"""What a process remembers of AWS: facts that never change, and hints that are checked on use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cachetools import LRUCache, TTLCache

from graph.model.run import Run

_MOVERS: Final = 20_000
_SMALL: Final = 5_000
RELEARN_SECONDS: Final = 900.0
"""How long something is believed that AWS does not promise to keep."""


class Caches:
    """The least recently used entries go first. Nothing in them is ever shown while wrong."""

    def __init__(self) -> None:
        self.location_kinds: LRUCache[str, str] = LRUCache(_MOVERS)
        """By ARN. A location never changes its kind."""
        self.ended_runs: LRUCache[str, Run] = LRUCache(_SMALL)
        """By ARN. An ended run never changes."""
        self.marks: LRUCache[str, Mapping[str, str]] = LRUCache(_MOVERS)
        """By ARN: the tags by which an operation recognises what it made. They never change."""
        self.task_arns: LRUCache[tuple[str, str, str], str] = LRUCache(_MOVERS)
        """By account, group and mover; a describe call checks it each time."""
        self.newest_first: TTLCache[str, bool] = TTLCache(_SMALL, RELEARN_SECONDS)
        """By account: the order in which AWS lists its runs, which is not documented."""
        self.foreign_tasks: TTLCache[str, bool] = TTLCache(_MOVERS, RELEARN_SECONDS)
        """ARNs of tasks that carry none of this organisation's tags; the tagging API, which lags by
        minutes, shows those that get them later."""
