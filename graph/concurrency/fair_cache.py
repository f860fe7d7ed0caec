"""A bounded cache in which one caller cannot evict what others use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from graph.concurrency.work import SERVER, work_in

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Holding(Generic[K, V]):
    """What one caller has in the cache, the least recently used first."""

    def __init__(self) -> None:
        self.entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.size = 0

    def put(self, key: K, value: V, size: int) -> None:
        self.entries[key] = value, size
        self.size += size

    def remove(self, key: K) -> tuple[V, int]:
        value, size = self.entries.pop(key)
        self.size -= size
        return value, size


class FairCache(Generic[K, V]):
    """Evicts the least recently used entry of the caller that holds most.

    An entry belongs to the caller that put it, until one that holds less uses it: what several use
    stays as long as the most modest of them would keep it. The caller is that of the current work.
    """

    def __init__(self, maxsize: int, size_of: Callable[[V], int]) -> None:
        self.maxsize, self._size_of = maxsize, size_of
        self._size = 0
        self._holdings: dict[Hashable, _Holding[K, V]] = {}
        self._holders: dict[K, Hashable] = {}

    def __iter__(self) -> Iterator[K]:
        return iter(self._holders)

    def get(self, key: K) -> V | None:
        """The value of a key, which is the most recently used now; None without one."""
        holder = self._holders.get(key)
        if holder is None:
            return None
        holding, caller = self._holdings[holder], _caller()
        if caller != holder and self._held_by(caller) < holding.size:
            return self._pass_on(key, caller)
        holding.entries.move_to_end(key)
        return holding.entries[key][0]

    def put(self, key: K, value: V) -> None:
        """Keeps a value, unless it is larger than the whole cache; replaces another of the key."""
        holder = self._holders.get(key)
        if holder is not None:
            self._remove(key)
        size = self._size_of(value)
        if size > self.maxsize:
            return
        self._add(_caller() if holder is None else holder, key, value, size)
        while self._size > self.maxsize:
            largest = max(self._holdings.values(), key=lambda holding: holding.size)
            self._remove(next(iter(largest.entries)))

    def _held_by(self, caller: Hashable) -> int:
        holding = self._holdings.get(caller)
        return holding.size if holding else 0

    def _pass_on(self, key: K, caller: Hashable) -> V:
        value, size = self._remove(key)
        self._add(caller, key, value, size)
        return value

    def _add(self, holder: Hashable, key: K, value: V, size: int) -> None:
        self._holdings.setdefault(holder, _Holding()).put(key, value, size)
        self._holders[key] = holder
        self._size += size

    def _remove(self, key: K) -> tuple[V, int]:
        holder = self._holders.pop(key)
        holding = self._holdings[holder]
        value, size = holding.remove(key)
        self._size -= size
        if not holding.entries:
            del self._holdings[holder]
        return value, size


def _caller() -> Hashable:
    work = work_in(None)
    return (SERVER if work is None else work.shares[0])[0]
