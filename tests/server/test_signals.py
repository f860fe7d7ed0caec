"""What signals do to a server, with one worker and with several."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets

from graph.sandbox import Fault, Sandbox
from graph.server import signals
from graph.server.signals import on_stop
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
        REST_SECONDS="140",  # of the request that waits at the gate
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
        assert len(set(re.findall(r"event=ready pid=(\d+)", told))) == workers
        assert "removed or changed: old" in told
        assert server.terminate() in (0, -15)


@pytest.fixture
def handled() -> Iterator[list[str]]:
    """What happened, with a handler of SIGTERM as the server would have installed it."""
    events: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: events.append("server"))
    yield events
    signal.signal(signal.SIGTERM, before)


async def test_without_a_wait_everything_stops_at_the_signal(handled: list[str]) -> None:
    with on_stop(lambda: handled.append("action"), announce=lambda: handled.append("announced")):
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
    assert handled == ["server", "announced", "action"]


async def test_a_wait_is_announced_and_ended_by_a_later_signal(
    handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(signals, "monotonic", lambda: now)
    with on_stop(
        lambda: handled.append("action"), announce=lambda: handled.append("announced"), wait=1_000
    ):
        for _ in range(3):  # as from the parent and from whoever signals the group
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0)
        assert handled == ["announced"]
        now += 2
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
    assert handled == ["announced", "server", "action"]


async def test_a_wait_ends_by_itself(handled: list[str]) -> None:
    done = asyncio.Event()
    with on_stop(done.set, wait=0.01):
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await done.wait()
    assert handled == ["server"]
