"""What a connection waits with, in little memory while nobody waits.

asyncio's events and queues take 760 bytes per deque; a connection of uvicorn has two to six.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class LightEvent:
    """Has the methods of ``asyncio.Event``."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._waiting: tuple[asyncio.Future[None], ...] = ()

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> bool:
        """Returns once it is set, even if it is cleared before the waiting task continues."""
        if self._is_set:
            return True
        waiting = asyncio.get_running_loop().create_future()
        self._waiting = (*self._waiting, waiting)
        try:
            await waiting
        finally:
            self._waiting = tuple(each for each in self._waiting if each is not waiting)
        return True


class LightQueue(Generic[T]):
    """Has the methods of ``asyncio.Queue`` that a connection uses. One task at a time reads it."""

    __slots__ = ("_arrived", "_items")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = list(items)
        self._arrived = LightEvent()

    def empty(self) -> bool:
        return not self._items

    def put_nowait(self, item: T) -> None:
        self._items.append(item)
        self._arrived.set()

    async def get(self) -> T:
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        return self._items.pop(0)


class Flow:
    """Has the members of uvicorn's ``FlowControl``."""

    __slots__ = ("_transport", "_writable", "read_paused", "write_paused")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.read_paused = self.write_paused = False
        self._writable: LightEvent | None = None
        """None until the client has not read for the first time."""

    async def drain(self) -> None:
        if self._writable is not None:
            await self._writable.wait()

    def pause_reading(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self._transport.resume_reading()

    def pause_writing(self) -> None:
        self.write_paused = True
        if self._writable is None:
            self._writable = LightEvent()
        self._writable.clear()

    def resume_writing(self) -> None:
        self.write_paused = False
        if self._writable is not None:
            self._writable.set()


class Pipeline(list[T]):
    """A list with the method of ``deque`` that uvicorn uses, for the few requests that wait."""

    __slots__ = ()

    def appendleft(self, item: T) -> None:
        self.insert(0, item)
