"""A server that runs out of file descriptors says so, and recovers."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from graph.server import listener
from graph.server.listener import Listener, ServerLoop
from tests.api_server import Server

PING = b"GET /v1/datasync/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Scarce(socket.socket):
    """A listening socket whose ``accept`` fails as often as ``failures`` says."""

    failures = 0
    error = errno.EMFILE
    accepts = 0

    def accept(self) -> tuple[socket.socket, object]:
        self.accepts += 1
        if self.failures:
            self.failures -= 1
            raise OSError(self.error, os.strerror(self.error))
        return super().accept()


class Greeting(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Scarce, Listener]]:
    sock = Scarce(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    made = Listener(asyncio.get_running_loop(), Greeting, sock, 100)
    yield sock, made
    made.close()
    await made.wait_closed()


async def heard(sock: Scarce) -> bytes:
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        try:
            return await reader.read()
        finally:
            writer.close()


async def test_connections_are_accepted_many_at_a_time() -> None:
    async with listening() as (sock, _):
        assert await asyncio.gather(*(heard(sock) for _ in range(200))) == [b"hello"] * 200


async def test_without_a_descriptor_a_client_is_told_and_the_log_has_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening() as (sock, _):
        for _ in range(20):
            sock.failures = 1
            answer = await heard(sock)
            assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"content-length: %d\r\n" % len(body) in head
        assert await heard(sock) == b"hello"
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == "new connections are refused: Too many open files"


async def test_without_any_descriptor_accepting_pauses_and_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_PAUSE_SECONDS", 0.001)
    async with listening() as (sock, made):
        monkeypatch.setattr(listener, "_reserve", lambda _sock: None)
        assert made._reserve is not None
        os.close(made._reserve)
        made._reserve = None
        sock.failures = 10
        assert await heard(sock) == b"hello"
        assert sock.accepts <= 13  # one for each pause, and those that find nothing
    assert len(caplog.records) == 1


async def test_a_client_that_left_before_it_was_accepted_is_no_outage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening() as (sock, _):
        sock.error, sock.failures = errno.ECONNABORTED, 3
        assert await heard(sock) == b"hello"
    assert caplog.records == []


@pytest.mark.parametrize("paused", [False, True])
async def test_a_listener_can_be_closed_at_any_time(*, paused: bool) -> None:
    async with listening() as (sock, made):
        if paused:
            made._pause()
        made.close()
        made.close()
        assert sock.fileno() == -1


def test_the_loop_serves_on_sockets_it_is_given_and_on_addresses() -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        sock = Scarce(socket.AF_INET, socket.SOCK_STREAM)
        sock.bind(("127.0.0.1", 0))
        own = await loop.create_server(Greeting, sock=sock, ssl=None, backlog=5)
        assert isinstance(own, Listener)
        assert await heard(sock) == b"hello"
        own.close()
        usual = await loop.create_server(Greeting, "127.0.0.1", 0)
        assert isinstance(usual, asyncio.Server)
        usual.close()
        await usual.wait_closed()

    with asyncio.Runner(loop_factory=ServerLoop) as runner:
        runner.run(serve())


@pytest.mark.timeout(150)  # a real server starts in it
@pytest.mark.parametrize("open_files", [64, 128])
async def test_more_clients_than_descriptors_are_told_and_the_log_stays_short(
    aws: Sandbox, tmp_path: Path, open_files: int
) -> None:
    log = tmp_path / "log"
    async with Server(aws, tmp_path, log=log, open_files=open_files) as server:
        async with AsyncExitStack() as stack:
            for number in range(open_files + 40):
                slow = connected(server, f"127.0.0.{2 + number % 50}")
                (await stack.enter_async_context(slow))[1].write(b"GET")
            async with asyncio.timeout(20):
                while await answered(server) != b"503":
                    pass
            answers = [await answered(server) for _ in range(10)]
            assert set(answers) <= {b"503", b""}
        async with asyncio.timeout(20):
            while await answered(server) != b"200":
                pass
    told = log.read_text()
    assert "CONNECTIONS is 10000, but the limit of" in told
    assert "Traceback" not in told
    assert len(told) < 20_000


@asynccontextmanager
async def connected(
    server: Server, address: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.port, local_addr=(address, 0)
    )
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def answered(server: Server) -> bytes:
    """The status that a new client gets; empty if the connection is reset."""
    async with asyncio.timeout(10), connected(server) as (reader, writer):
        try:
            writer.write(PING)
            return (await reader.read()).partition(b"HTTP/1.1 ")[2][:3]
        except ConnectionError:
            return b""
