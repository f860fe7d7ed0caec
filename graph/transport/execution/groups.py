"""Grouped fan-out: subscribers that ask for the same share one execution of each event."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import Context
from typing import Generic, TypeVar

from graphql import GraphQLError

from graph.concurrency import Mailbox, Share, Work, begin_work
from graph.transport.execution.request import RequestError

T = TypeVar("T")


class _Group(Generic[T]):
    """Owns the task that reads the source."""

    def __init__(self, source: AsyncGenerator[T, None], ended: Callable[[], None]) -> None:
        self._members: dict[Mailbox[T], Share] = {}
        self._newest: T | None = None
        self._ended = ended
        self._work = Work()
        # In a context of its own: the first member must leave no trace in it.
        context = Context()
        context.run(begin_work, self._work)
        self._task = asyncio.create_task(self._read(source), context=context)

    def join(self, who: Share) -> Mailbox[T]:
        """``who``: whose turns the source takes, too, as long as the member stays."""
        member: Mailbox[T] = Mailbox()
        if self._newest is not None:
            member.put(self._newest)
        self._members[member] = share = (*who, self)
        self._work.add(share)
        return member

    async def leave(self, member: Mailbox[T]) -> None:
        """Removes a member. The source is closed with the last one."""
        self._work.remove(self._members.pop(member))
        if not self._members:
            self._ended()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for payload in source:
                    self._newest = payload
                    for member in self._members:
                        member.put(payload)
        finally:
            self._ended()  # before another member can join
            for member in self._members:
                member.close()


class Groups(Generic[T]):
    """The groups by key. A group exists as long as it has members and its source has events."""

    def __init__(self) -> None:
        self._live: dict[Hashable, _Group[T]] = {}

    def __len__(self) -> int:
        return len(self._live)

    async def follow(
        self, key: Hashable, source: Callable[[], AsyncGenerator[T, None]], who: Share = ()
    ) -> AsyncGenerator[T, None]:
        """The newest event of the group, if there is one, and later ones as they are read.

        The source is read for all members together, see ``Work``, of which this one is ``who``.
        """
        group = self._live.get(key) or self._begin(key, source())
        member = group.join(who)
        try:
            async for payload in member:
                yield payload
        finally:
            await group.leave(member)

    def _begin(self, key: Hashable, source: AsyncGenerator[T, None]) -> _Group[T]:
        def ended() -> None:
            if self._live.get(key) is group:
                del self._live[key]

        group = _Group(source, ended)
        self._live[key] = group
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
        """Raises RequestError if that is one too many for one of the names."""
        for name in names:
            own = self._followed.get(name, Counter())
            if key not in own and len(own) >= self._most:
                raise RequestError([_too_many(self._most)])
        for name in names:
            self._followed.setdefault(name, Counter())[key] += 1
        try:
            yield
        finally:
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
