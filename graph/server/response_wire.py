"""Writes parts of a response to its connection, without ASGI's messages."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class ResponseWire:
    """The ``Wire`` of one request, whose response has begun and has no length."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    @staticmethod
    def framed(data: bytes) -> bytes:
        """RFC 9112, 7.1: a chunk. An empty one would end the response."""
        return b"%x\r\n%s\r\n" % (len(data), data)

    def write(self, frame: bytes) -> bool:
        """Writes a chunk, unless that has to wait, or would not be in the place of a part."""
        cycle = self._cycle
        if (
            cycle.flow.write_paused
            or cycle.disconnected
            or not cycle.chunked_encoding  # also before the response begins
            or cycle.response_complete
        ):
            return False
        cycle.transport.write(frame)
        return True
