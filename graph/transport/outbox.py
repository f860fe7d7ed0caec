"""The sending side of a connection, which never makes those wait who write to many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final, Protocol

from starlette.types import Message, Send

from graph.concurrency import Rest, begin

log = logging.getLogger(__name__)


WIRE: Final = "graph.transport.wire"
"""In the scope of a connection, where the server offers it: its ``Wire``."""


class Wire(Protocol):
    """Writes to a connection directly what many are sent alike."""

    @staticmethod
    def framed(data: bytes) -> bytes:
        """The bytes that carry the text of a WebSocket's message, or a part of a response."""
        ...

    def write(self, frame: bytes) -> bool:
        """Writes what ``framed`` has returned. False if only ``send`` may: that waits or raises."""
        ...


class ClientGone(Exception):
    """The client has disconnected, or the connection was closed."""


class Source(Protocol):
    """What has something to send as soon as the client reads."""

    def take(self) -> Message | None:
        """The next message, which is sent next; None if there is none at the moment."""


class Outbox:
    """Sends the messages of one connection.

    ASGI's ``send`` waits only if the client does not read. ``post`` runs it without a task, and
    where it waits, one task finishes it and then sends what the sources have by then. ``write``
    needs no coroutine either, but is only possible where the server offers a wire.
    """

    __slots__ = (
        "_clock",
        "_due",
        "_read_at",
        "_rest",
        "_send",
        "_task",
        "_waiting",
        "busy",
        "closed",
        "sent_at",
        "wire",
    )

    def __init__(self, send: Send, wire: Wire | None = None) -> None:
        self._send, self.wire = send, wire
        self._clock = asyncio.get_running_loop().time
        self.closed = False
        """Set to drop what is still posted."""
        self._waiting = 0
        """How many messages wait for the client to read them."""
        self.sent_at = self._read_at = self._clock()
        self._due: dict[Source, None] = {}
        self._rest: Rest[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.busy = False
        """Whether posted messages wait for the client to read. Sources have to be ``offered``."""

    @property
    def waits(self) -> bool:
        """Whether any message waits for the client to read."""
        return self._waiting > 0

    def is_stuck(self, seconds: float) -> bool:
        """Whether messages wait and none has been read for ``seconds``."""
        return self.waits and self._clock() - self._read_at >= seconds

    async def send(self, message: Message) -> None:
        """Waits for as long as the client does not read. Raises ClientGone."""
        if self.closed:
            raise ClientGone
        self.sent_at = self._clock()
        try:
            await self._counted(self._send(message))
        except (OSError, RuntimeError) as error:
            raise ClientGone from error

    def write(self, frame: bytes) -> bool:
        """Writes a frame of the wire. False if its message has to be posted. Never raises."""
        if self.closed or self.wire is None:
            return False
        try:
            written = self.wire.write(frame)
        except Exception as error:  # noqa: BLE001 - a boundary: one client must not harm the others
            self._fail(error)
            return False
        if written:
            self.sent_at = self._clock()
        return written

    def post(self, message: Message) -> None:
        """Sends a message without waiting, unless the outbox is busy or closed. Never raises."""
        if self.closed:
            return
        self.sent_at = self._clock()
        try:
            self._rest = begin(self._send(message))
        except Exception as error:  # noqa: BLE001 - the same
            self._fail(error)
            return
        if self._rest is not None:
            # Owned by this object: ``aclose`` cancels and awaits it.
            self._task = asyncio.create_task(self._drain(self._rest))
            self.busy = True

    def offer(self, source: Source) -> None:
        """Sends what a source has: now, or as soon as the client reads."""
        self._due[source] = None
        while self._due and not self.busy and not self.closed:
            if (message := self._next()) is not None:
                self.post(message)

    async def emptied(self) -> None:
        """Returns once nothing that was posted or offered waits."""
        while self._task is not None:
            await asyncio.wait((self._task,))

    async def aclose(self) -> None:
        """Drops what waits to be sent."""
        self.closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._rest is not None:
            self._rest.close()

    def _next(self) -> Message | None:
        """The message of the source that has waited longest, which then is the last to be asked."""
        source = next(iter(self._due))
        del self._due[source]
        message = source.take()
        if message is not None:
            self._due[source] = None
        return message

    async def _drain(self, rest: Rest[None]) -> None:
        try:
            await self._counted(rest)
            while self._due and not self.closed:
                if (message := self._next()) is not None:
                    await self._counted(self._send(message))
        except Exception as error:  # noqa: BLE001 - the same
            self._fail(error)
        finally:
            self._task = self._rest = None
            self.busy = False

    async def _counted(self, sending: Awaitable[None]) -> None:
        self._waiting += 1
        if self._waiting == 1:
            self._read_at = self._clock()
        try:
            await sending
        finally:
            self._waiting -= 1
            self._read_at = self._clock()

    def _fail(self, error: Exception) -> None:
        self.closed = True
        if isinstance(error, OSError | RuntimeError):
            log.debug("a client disconnected: %r", error)
        else:
            log.error("a message could not be sent", exc_info=error)
