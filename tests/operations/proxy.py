"""A connection to a store that can be interrupted and restored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 65_536


class Proxy:
    """``async with Proxy("127.0.0.1", 5432) as way``; counts who came while it was cut."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused = asyncio.Condition()
        self._flows = asyncio.Event()
        self._flows.set()
        self.refused = 0
        self.is_cut = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()
        self._flows.set()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Breaks every connection, and refuses new ones."""
        self.is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def broken(self) -> None:
        """After a cut: waits until each connection is closed, on both sides."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def mend(self) -> None:
        self.is_cut = False
        self._flows.set()

    def stall(self) -> None:
        """Passes nothing on until it is mended, and keeps the connections."""
        self._flows.clear()

    async def refuses(self, count: int) -> None:
        """Waits until a number of connections have been refused."""
        async with self._refused:
            await self._refused.wait_for(lambda: self.refused >= count)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Owned by the proxy: its exit breaks the connections, and waits for them.
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        async with self._closing(writer):
            if self.is_cut:
                await self._refuse(writer)
                return
            there_reader, there_writer = await asyncio.open_connection(*self._to)
            async with self._closing(there_writer):
                await asyncio.gather(
                    self._pump(reader, there_writer), self._pump(there_reader, writer)
                )

    async def _refuse(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        async with self._refused:
            self.refused += 1
            self._refused.notify_all()

    @asynccontextmanager
    async def _closing(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Closes a connection, which a cut breaks until its socket is closed."""
        self._open.add(writer)
        if self.is_cut:
            writer.transport.abort()
        try:
            yield
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._open.discard(writer)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(_CHUNK):
                await self._flows.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            target.transport.abort()
        finally:
            target.close()
