"""Executes large operations in pieces, so that the event loop serves others in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable
from contextvars import Context
from typing import Any, Final
from weakref import WeakValueDictionary

from graphql import Executor, GraphQLObjectType, GraphQLResolveInfo
from graphql.pyutils import Path

from graph.concurrency import FairSlots, current_work

_SECONDS: Final = 0.005
"""What all executions together may use of one iteration of the event loop."""
_WAITING: Final = 1_000_000
"""Objects of one caller that wait for their turn: bounded by the cost of its operations."""


class Pacer:
    """Lets executions pause once an iteration of the loop has lasted long.

    An operation that is never asked to pause costs a reading of the clock per list and item.
    """

    def __init__(
        self, seconds: float = _SECONDS, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._seconds, self._clock = seconds, clock
        self._turns: WeakValueDictionary[Hashable, FairSlots] = WeakValueDictionary()
        """By caller. One object of each waits for the next iteration, and the others for that one:
        an object that is slow to continue delays its own caller alone."""
        self._began: float | None = None
        """When the first object of the current iteration was executed."""
        self._ended = asyncio.Event()
        """Set at the end of the current iteration."""

    def is_due(self) -> bool:
        """Whether the next object should wait for another iteration of the loop."""
        if self._began is None:
            self._began = self._clock()
            # For no caller: it would have to wait for its turn, and everybody for it.
            asyncio.get_running_loop().call_soon(self._restart, context=Context())
            return False
        return self._clock() - self._began > self._seconds

    async def pause(self) -> None:
        """Returns in an iteration that has time left, when it is the turn within the caller."""
        caller = current_work().shares[0][0]
        turns = self._turns.get(caller)
        if turns is None:
            turns = self._turns[caller] = FairSlots(1, waiting=_WAITING)
        async with turns.slot():
            while self.is_due():
                await self._ended.wait()

    def _restart(self) -> None:
        self._began = None
        self._ended.set()
        self._ended = asyncio.Event()


class PacedExecutor(Executor[None]):
    """Pauses before lists and before their items.

    What is outside of lists is bounded by the size of the document.
    """

    pacer: Pacer

    def complete_list_value(self, *args: Any, **more: Any) -> Any:
        if self.pacer.is_due():
            return self._later(super().complete_list_value, args, more)
        return super().complete_list_value(*args, **more)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        args = (return_type, field_details_list, info, path, result, position_context)
        if isinstance(path.key, int) and self.pacer.is_due():
            return self._later(super().complete_object_value, args, {})
        return super().complete_object_value(*args)

    def _later(
        self, complete: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]
    ) -> Later:
        async def completed() -> Any:
            await self.pacer.pause()
            value = complete(*args, **more)
            return await value if self.is_awaitable(value) else value

        return Later(completed)


class Later(Awaitable[Any]):
    """A coroutine that is made when it is awaited.

    Where an operation is cancelled, most of what waits was never awaited, and need not be.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._make = make

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._make().__await__()
