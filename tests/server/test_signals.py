"""What signals do to a server, with one worker and with several."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import signal
from pathlib import Path

import httpx
import pytest
import websockets

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.world import LAB, furnish

MOVERS = f"/v1/datasync/{LAB}/movers"
KEYS = """
[[keys]]
name = "{name}"
sha256 = "{digest}"
"""


async def connects(server: Server) -> int | None:
    """The status that a new client gets; None if it is refused. Fails if it waits for long."""
    async with httpx.AsyncClient(base_url=server.url, timeout=5) as client:
        try:
            return (await client.get("/v1/datasync/ping")).status_code
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
            return None


@pytest.mark.timeout(150)  # real servers start in it
@pytest.mark.parametrize(
    ("workers", "number"),
    [(1, signal.SIGTERM), (2, signal.SIGTERM), (2, signal.SIGINT)],
)
async def test_a_server_that_drains_lets_nobody_wait(
    aws: Sandbox, tmp_path: Path, workers: int, number: int
) -> None:
    furnish(aws)
    arguments = ["--workers", f"{workers}"]
    async with (
        Server(aws, tmp_path, arguments=arguments, DRAIN_SECONDS="20") as server,
        server.client() as client,
    ):
        aws.interceptor.add(Fault("ListTasks", "gate"))
        slow = asyncio.create_task(client.get(MOVERS))
        async with asyncio.timeout(60):
            assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 30)
            server.signal(number)
            while await connects(server) is not None:
                assert not slow.done()
            for _ in range(10):
                assert await connects(server) is None
            assert not slow.done()
            aws.interceptor.clear()
            assert (await slow).status_code == 200
            assert await asyncio.to_thread(server.wait) in (0, -number)


async def socket_of(server: Server, key: str) -> websockets.ClientConnection:
    """A socket whose caller is identified by the payload."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    socket = await websockets.connect(f"ws{server.url[4:]}/graphql", subprotocols=[protocol])
    payload = {"Authorization": f"Bearer {key}"}
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
    assert json.loads(await socket.recv())["type"] == "connection_ack"
    return socket


@pytest.mark.timeout(150)
@pytest.mark.parametrize(("workers", "signalled"), [(1, True), (1, False), (2, False)])
async def test_the_sockets_of_keys_that_are_gone_end_and_no_others(
    aws: Sandbox, tmp_path: Path, workers: int, *, signalled: bool
) -> None:
    """Without a signal because the file has changed."""
    file = tmp_path / "keys.toml"
    write(file, "kept", "old")
    arguments = ["--workers", f"{workers}"]
    async with Server(aws, tmp_path, arguments=arguments, KEYS=str(file)) as server:
        kept, old = await socket_of(server, "kept"), await socket_of(server, "old")
        write(file, "kept", "new")
        if signalled:
            server.signal(signal.SIGHUP)
        async with asyncio.timeout(30):
            await old.wait_closed()
            await kept.send(json.dumps({"type": "ping"}))
            assert json.loads(await kept.recv()) == {"type": "pong"}
        assert (old.close_code, old.close_reason) == (4403, "Credentials no longer valid")
        await kept.close()


def write(file: Path, *keys: str) -> None:
    tables = [
        KEYS.format(name=key, digest=hashlib.sha256(key.encode()).hexdigest()) for key in keys
    ]
    file.write_text("".join(tables))


async def status(server: Server, key: str) -> int:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        headers = {"Authorization": f"Bearer {key}"}
        return (await client.get("/v1/datasync/nowhere", headers=headers)).status_code


async def until(server: Server, key: str, expected: int) -> None:
    """Until any worker answers so, sixteen times in a row."""
    async with asyncio.timeout(60):
        while await asyncio.gather(*(status(server, key) for _ in range(16))) != [expected] * 16:
            pass


@pytest.mark.timeout(150)
@pytest.mark.parametrize("workers", [1, 2])
async def test_sighup_replaces_the_keys_and_ends_nothing(
    aws: Sandbox, tmp_path: Path, workers: int
) -> None:
    furnish(aws)
    file, log = tmp_path / "keys.toml", tmp_path / "log"
    write(file, "kept", "old")
    async with Server(
        aws,
        tmp_path,
        arguments=["--workers", f"{workers}"],
        log=log,
        LOG_LEVEL="info",
        KEYS=str(file),
    ) as server:
        await until(server, "old", 404)
        aws.interceptor.add(Fault("ListTasks", "gate"))
        async with server.client() as client:
            slow = asyncio.create_task(client.get(MOVERS))
            assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 30)
            write(file, "kept", "new")
            server.signal(signal.SIGHUP)
            await until(server, "new", 404)
            await until(server, "old", 403)
            await until(server, "kept", 404)
            file.write_text("this is no TOML")
            server.signal(signal.SIGHUP)
            async with asyncio.timeout(30):
                while log.read_text().count("the keys were not replaced: ") < workers:
                    await status(server, "kept")
            await until(server, "new", 404)
            assert not slow.done()
            aws.interceptor.clear()
            assert (await slow).status_code == 200
        told = log.read_text()
        assert len(set(re.findall(r"Started server process \[(\d+)", told))) == workers
        assert "gone or changed: old" in told
        assert server.terminate() in (0, -15)
