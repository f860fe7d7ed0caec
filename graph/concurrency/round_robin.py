"""A queue whose users take turns, so that users with many items delay only themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

Share = tuple[Hashable, ...]
"""Whose turns an item takes, from coarse to fine: the key of a caller, the end user, the request.
Items with a common prefix share the turns of that prefix."""


class RoundRobin(Generic[T]):
    """A tree of queues by share. At each level the branches take turns."""

    def __init__(self) -> None:
        self._items: dict[T, None] = {}
        self._branches: dict[Hashable, RoundRobin[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._items or self._branches)

    def push(self, share: Share, item: T) -> None:
        """Adds an item behind all others of its share."""
        if not share:
            self._items[item] = None
            return
        branch = self._branches.get(share[0])
        if branch is None:
            self._branches[share[0]] = branch = RoundRobin()
        branch.push(share[1:], item)

    def discard(self, share: Share, item: T) -> None:
        """Removes an item, if it is still there."""
        if not share:
            self._items.pop(item, None)
        elif (branch := self._branches.get(share[0])) is not None:
            branch.discard(share[1:], item)
            if not branch:
                del self._branches[share[0]]

    def pop(self, ready: Callable[[Hashable], bool] = lambda _: True) -> tuple[Share, T] | None:
        """Removes and returns the next item with its share.

        ``ready``: whether a first member of the shares may have a turn. None if there is no item,
        or none whose turn it may be.
        """
        if self._items:
            item = next(iter(self._items))
            del self._items[item]
            return (), item
        for key in self._branches:
            if ready(key):
                return self._pop_branch(key)
        return None

    def _pop_branch(self, key: Hashable) -> tuple[Share, T] | None:
        branch = self._branches.pop(key)
        popped = branch.pop()
        if branch:
            self._branches[key] = branch  # behind the others
        return popped and ((key, *popped[0]), popped[1])
