"""Writes the head of a response together with the beginning of its body.

uvicorn writes each by itself: two calls of the system, two segments, and a client that wakes up
twice.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_JOINED_BYTES: Final = 65_536
"""Longer parts are not copied."""
_NOBODYS: Final = Context()
"""In which no work was begun: the head of a response does not wait for a caller's turn."""


class JoinedHead:
    """Takes the place of the transport of one request until its response has begun.

    A head that nothing follows at once, as that of a stream, is written in the next iteration of
    the event loop.
    """

    __slots__ = ("_cycle", "_head", "_later", "_transport")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle, self._transport = cycle, cycle.transport
        self._head: bytes | None = None
        self._later: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        cycle = self._cycle
        if self._head is not None:
            self._release(data)
        elif cycle.response_started and cycle.scope["method"] != "HEAD":
            self._head = data
            loop = asyncio.get_running_loop()
            self._later = loop.call_soon(self._release, b"", context=_NOBODYS)
        else:  # 100 Continue, or a head that nothing follows
            self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection once the head is written."""
        if self._head is not None:
            self._release(b"")
        self._transport.close()

    def _release(self, more: bytes) -> None:
        """Writes the head and ``more``. What follows goes to the transport itself."""
        head, transport = self._head or b"", self._transport
        self._cycle.transport, self._head = transport, None
        if self._later is not None:
            self._later.cancel()
        if transport.is_closing():
            return
        if len(more) > _JOINED_BYTES:
            transport.write(head)
            transport.write(more)
        else:
            transport.write(head + more)


def join_head(cycle: RequestResponseCycle) -> None:
    """For a request whose task has not begun yet."""
    cycle.transport = cast("asyncio.Transport", JoinedHead(cycle))
