"""A server that wakes up once per second, and ends at once all the same."""

from __future__ import annotations

import asyncio
import signal

import pytest
import uvicorn

from graph.server import quiet_server
from graph.server.quiet_server import QuietServer


async def ends(server: QuietServer) -> bool:
    """Whether it ends, long before its next look."""
    loop = asyncio.create_task(server.main_loop())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not loop.done()
    server.handle_exit(signal.SIGTERM, None)
    done, _ = await asyncio.wait({loop}, timeout=60)
    return bool(done)


async def test_a_signal_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_server, "_SECONDS", 3_600.0)
    assert await ends(QuietServer(uvicorn.Config("no:app")))


async def test_a_signal_before_it_serves_is_not_forgotten() -> None:
    server = QuietServer(uvicorn.Config("no:app"))
    server.handle_exit(signal.SIGTERM, None)
    async with asyncio.timeout(60):
        await server.main_loop()


async def test_the_date_is_renewed_with_every_tick() -> None:
    server = QuietServer(uvicorn.Config("no:app"))
    ticks: list[int] = []

    async def tick(counter: int) -> bool:
        ticks.append(counter)
        return await uvicorn.Server.on_tick(server, counter) or len(ticks) == 2

    server.on_tick = tick  # type: ignore[method-assign]
    server._asked.set()  # no wait between two ticks
    await server.main_loop()
    assert ticks == [0, 0]
    assert dict(server.server_state.default_headers)[b"date"].endswith(b"GMT")
