"""Follows a group as an iterator."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable
from typing import TypeVar

from graph.concurrency import Mailbox, Share
from graph.transport.execution.groups import Groups

T = TypeVar("T")


async def follow(
    groups: Groups[T],
    key: Hashable,
    source: Callable[[], AsyncGenerator[T, None]],
    who: Share = (),
) -> AsyncGenerator[T, None]:
    member: Mailbox[T] = Mailbox()
    membership = groups.join(key, source, member, who)
    try:
        async for value in member:
            yield value
    finally:
        await membership.aclose()
