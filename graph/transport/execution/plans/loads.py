"""Resolvers that wait for DataLoaders, executed without a task for each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, Protocol

from graph.transport.execution.plans.outcomes import Fallback


class Pacer(Protocol):
    """Lets long executions pause."""

    def is_due(self) -> bool: ...

    async def pause(self) -> None: ...


class _Started(NamedTuple):
    """A resolver that waits, and what to do with its result."""

    coroutine: Coroutine[Any, Any, Any]
    target: dict[str, Any]
    key: str
    complete: Callable[[Any], Any]


class Loads:
    """The fields of one value that wait for DataLoaders.

    A resolver whose loaders have all it asks for is done at once. The others are continued together
    by whoever awaits the value, each as soon as its loader is done.
    """

    __slots__ = ("_done", "_turn", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], list[_Started]] = {}
        self._done: deque[asyncio.Future[Any]] = deque()
        self._turn: asyncio.Event | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def start(
        self,
        coroutine: Coroutine[Any, Any, Any],
        target: dict[str, Any],
        key: str,
        complete: Callable[[Any], Any],
    ) -> Any:
        """The completed value of a field, or None until it is ``target[key]``.

        Raises Fallback, or as ``complete`` does.
        """
        return self._advance(_Started(coroutine, target, key, complete))

    async def finish(self, resume: Callable[[Loads], None], pacer: Pacer) -> None:
        """Returns when all fields are completed. Raises as ``start`` does.

        Each field is continued after ``resume``, and after a pause where one is due.
        """
        self._turn = asyncio.Event()
        try:
            while self._waiting:
                if not self._done:
                    self._turn.clear()
                    await self._turn.wait()
                for started in self._waiting.pop(self._done.popleft()):
                    if pacer.is_due():
                        await pacer.pause()
                    resume(self)
                    started.target[started.key] = self._advance(started)
        except asyncio.CancelledError:
            for future in self._waiting:  # nobody else needs what the request has asked for
                future.cancel()
            raise
        finally:
            self._waiting.clear()

    def _advance(self, started: _Started) -> Any:
        """Continues a resolver, and completes its value if it returns."""
        try:
            waits_for = started.coroutine.send(None)
        except StopIteration as returned:
            value = returned.value
        except Exception as error:
            raise Fallback("load") from error
        else:
            self._wait(waits_for, started)
            return None
        return started.complete(value)

    def _wait(self, future: object, started: _Started) -> None:
        if not asyncio.isfuture(future):
            raise Fallback("value")
        # Tells the future that who awaited it got it, as the task of a coroutine does.
        future._asyncio_future_blocking = False  # noqa: SLF001 - described at ``asyncio.isfuture``
        waiting = self._waiting.get(future)
        if waiting is None:
            self._waiting[future] = [started]
            future.add_done_callback(self._is_done)
        else:
            waiting.append(started)

    def _is_done(self, future: asyncio.Future[Any]) -> None:
        if not future.cancelled():
            future.exception()  # which asyncio would log if nobody continues the resolver
        self._done.append(future)
        if self._turn is not None:
            self._turn.set()
