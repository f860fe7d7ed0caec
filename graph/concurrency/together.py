"""Waits for several things at once, and leaves none of them running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


@overload
async def together(one: Coroutine[Any, Any, A], two: Coroutine[Any, Any, B], /) -> tuple[A, B]: ...
@overload
async def together(
    one: Coroutine[Any, Any, A], two: Coroutine[Any, Any, B], three: Coroutine[Any, Any, C], /
) -> tuple[A, B, C]: ...
@overload
async def together(*work: Coroutine[Any, Any, A]) -> list[A]: ...
async def together(*work: Coroutine[Any, Any, Any]) -> Any:
    """The results in order. A failure is raised once the others are cancelled and have ended.

    ``asyncio.gather`` would let the others go on after the caller has failed.
    """
    tasks = [asyncio.create_task(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            if not task.cancelling():  # a second cancellation would interrupt how it ends
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
