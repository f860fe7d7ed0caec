"""Grouped fan-out: subscribers that ask for the same share one execution of each event."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import Context
from typing import Final, Generic, TypeVar

from graphql import GraphQLError

from graph.concurrency import Share, Work, begin_work
from graph.observability.metrics import LIMITED
from graph.transport.execution.backlog import Backlog, Member, Newest
from graph.transport.execution.request import RequestError

T = TypeVar("T")

_SECONDS: Final = 0.01
"""What a group may use of one iteration of the event loop to write to its members."""
_BATCH: Final = 32
"""Members between two readings of the clock."""


class _Group(Generic[T]):
    """Owns the task that reads the source and writes to the members."""

    def __init__(
        self,
        key: Hashable,
        source: AsyncGenerator[T, None],
        backlog: Backlog[T],
        ended: Callable[[], None],
    ) -> None:
        self.key = key
        self._members: dict[Member[T], Share] = {}
        self._backlog = backlog
        self._ended = ended
        self._work = Work()
        # In a context of its own: the first member must leave no trace in it.
        context = Context()
        context.run(begin_work, self._work)
        self.task = asyncio.create_task(self._read(source), context=context)

    def join(self, member: Member[T], who: Share) -> None:
        """``who``: whose turns the source takes, too, as long as the member stays."""
        self._members[member] = share = (*who, self)
        self._work.add(share)
        self._backlog.show(member)

    def reopen(self, member: Member[T]) -> None:
        if member in self._members:
            self._backlog.reopen(member)

    def leave(self, member: Member[T]) -> None:
        """Removes a member. The source is closed with the last one."""
        share = self._members.pop(member, None)
        if share is None:
            return
        self._work.remove(share)
        if not self._members:
            self._ended()
            self.task.cancel()

    async def aclose(self) -> None:
        """Waits until the source is closed, if all have left."""
        if not self._members:
            await asyncio.gather(self.task, return_exceptions=True)

    async def _read(self, source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for value in source:
                    self._backlog.add(value)
                    if len(self._members) <= _BATCH:
                        for member in tuple(self._members):
                            member.put(value)
                        continue
                    async for members in self._batches():
                        for member in members:
                            member.put(value)
        finally:
            self._ended()  # before another member can join
            async for members in self._batches():
                for member in members:
                    member.close()

    async def _batches(self) -> AsyncGenerator[list[Member[T]], None]:
        """Those that are members now. Lets others run in between."""
        members = tuple(self._members)
        began = time.perf_counter()
        for first in range(0, len(members), _BATCH):
            if time.perf_counter() - began > _SECONDS:
                await asyncio.sleep(0)
                began = time.perf_counter()
            yield [each for each in members[first : first + _BATCH] if each in self._members]


class Membership(Generic[T]):
    """A member in its group."""

    __slots__ = ("_group", "_member")

    def __init__(self, group: _Group[T], member: Member[T]) -> None:
        self._group, self._member = group, member

    @property
    def key(self) -> Hashable:
        """Of the group; members that kept an equal key of their own would need kilobytes more."""
        return self._group.key

    def reopen(self) -> None:
        """The member has missed events."""
        self._group.reopen(self._member)

    def leave(self) -> None:
        """The member is written to no more. Can be repeated."""
        self._group.leave(self._member)

    async def aclose(self) -> None:
        """The same; returns once the source is closed, if this was the last member."""
        self._group.leave(self._member)
        await self._group.aclose()


class Groups(Generic[T]):
    """The groups by key. A group exists as long as it has members and its source has events."""

    def __init__(self, backlog: Callable[[], Backlog[T]] = Newest) -> None:
        """``backlog`` makes what a group keeps for those who join it."""
        self._make_backlog = backlog
        self._live: dict[Hashable, _Group[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._live)

    def key(self, key: Hashable) -> Hashable:
        """The group's own key, if there is a group of an equal one: to be kept in its place."""
        group = self._live.get(key)
        return key if group is None else group.key

    def join(
        self,
        key: Hashable,
        source: Callable[[], AsyncGenerator[T, None]],
        member: Member[T],
        who: Share = (),
    ) -> Membership[T]:
        """The member gets what the group keeps, and all later events.

        The source is read for all members together, see ``Work``, of which this one is ``who``.
        """
        group = self._live.get(key) or self._begin(key, source())
        group.join(member, who)
        return Membership(group, member)

    def _begin(self, key: Hashable, source: AsyncGenerator[T, None]) -> _Group[T]:
        def ended() -> None:
            if self._live.get(key) is group:
                del self._live[key]

        group = _Group(key, source, self._make_backlog(), ended)
        self._live[key] = group
        self._tasks.add(group.task)  # until it has closed its source
        group.task.add_done_callback(self._tasks.discard)
        return group


class Executions:
    """Counts the different executions that each caller follows, and bounds them.

    A caller has several names, see ``Slots``. To follow what it follows already costs it nothing.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._followed: dict[Hashable, Counter[Hashable]] = {}

    @contextmanager
    def followed(self, names: Iterable[Hashable], key: Hashable) -> Iterator[None]:
        """``join`` and ``leave``."""
        self.join(names, key)
        try:
            yield
        finally:
            self.leave(names, key)

    def join(self, names: Iterable[Hashable], key: Hashable) -> None:
        """Raises RequestError if that is one too many for one of the names."""
        for name in names:
            self._check(name, key)
        for name in names:
            self._followed.setdefault(name, Counter())[key] += 1

    def check(self, names: Iterable[Hashable]) -> None:
        """Raises RequestError if one more would be too many for one of the names."""
        for name in names:
            self._check(name, object())

    def _check(self, name: Hashable, key: Hashable) -> None:
        own = self._followed.get(name, Counter())
        if key not in own and len(own) >= self._most:
            LIMITED.labels("subscriptions").inc()
            raise RequestError([_too_many(self._most)])

    def leave(self, names: Iterable[Hashable], key: Hashable) -> None:
        """Ends what one call of ``join`` began."""
        for name in names:
            self._leave(name, key)

    def _leave(self, name: Hashable, key: Hashable) -> None:
        own = self._followed[name]
        own[key] -= 1
        if not own[key]:
            del own[key]
        if not own:
            del self._followed[name]


def _too_many(most: int) -> GraphQLError:
    return GraphQLError(
        f"This caller follows {most} different subscriptions, which is the most. Subscribe to the "
        "same document with the same variables, or end some.",
        extensions={"code": "QUOTA_EXCEEDED"},
    )
