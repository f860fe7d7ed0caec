"""What a caller may use in a while: leaky buckets, charged in advance and settled afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from graph.model.limits import SHARE_OF_A_USER

_KEYS: Final = 1_000
_USERS: Final = 10_000
"""Names of users are whatever clients send. Those that are forgotten still use their key's."""


class OverBudget(Exception):
    """The caller has used its budget. ``seconds``: when there is enough of it again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class _Bucket:
    """What was used and has not leaked away since."""

    capacity: float
    per_second: float
    used: float
    at: float

    def leak(self, now: float) -> None:
        self.used = max(0.0, self.used - (now - self.at) * self.per_second)
        self.at = now

    def wait_for(self, amount: float) -> float:
        """Seconds until ``amount`` fits. More than the capacity fits into an empty bucket."""
        return max(0.0, min(self.used, self.used + amount - self.capacity) / self.per_second)


class Bill:
    """What was charged for one request."""

    def __init__(self, buckets: list[_Bucket], amount: float, clock: Callable[[], float]) -> None:
        self._buckets, self._charged, self._clock = buckets, amount, clock

    def settle(self, used: float) -> None:
        """Replaces what has been charged so far by what was used so far; may be repeated."""
        now = self._clock()
        for bucket in self._buckets:
            bucket.leak(now)
            bucket.used = max(0.0, bucket.used + used - self._charged)
        self._charged = used

    @property
    def available(self) -> int:
        """What the caller may still use at once."""
        now = self._clock()
        for bucket in self._buckets:
            bucket.leak(now)
        return int(min(max(0.0, each.capacity - each.used) for each in self._buckets))


class Budget:
    """One for each key and one for each user that a key acts for."""

    def __init__(
        self, capacity: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``capacity``: what a key may use at once; ``per_second``: what it gets back."""
        self.capacity, self.per_second, self._clock = capacity, per_second, clock
        self._keys: LRUCache[Hashable, _Bucket] = LRUCache(_KEYS)
        self._users: LRUCache[Hashable, _Bucket] = LRUCache(_USERS)

    def charge(self, key: str, user: str | None, amount: float) -> Bill:
        """Charges a key, and a user of it if there is one. Raises OverBudget."""
        buckets = [self._bucket(self._keys, key, 1)]
        if user is not None:
            buckets.append(self._bucket(self._users, (key, user), SHARE_OF_A_USER))
        wait = max(bucket.wait_for(amount) for bucket in buckets)
        if wait > 0:
            raise OverBudget(wait)
        for bucket in buckets:
            bucket.used += amount
        return Bill(buckets, amount, self._clock)

    def _bucket(self, kept: LRUCache[Hashable, _Bucket], name: Hashable, divisor: int) -> _Bucket:
        now = self._clock()
        bucket = kept.get(name)
        if bucket is None:
            bucket = _Bucket(self.capacity / divisor, self.per_second / divisor, 0.0, now)
            kept[name] = bucket
        bucket.leak(now)
        return bucket
