"""Readiness follows each dependency: available, slow, down, and available again."""

from __future__ import annotations

import asyncio
import ctypes
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request

from graph.app import create_app
from graph.sandbox import Sandbox
from graph.server.health import Health
from graph.store import newest_revision
from tests.api_server import Server
from tests.operations.proxy import Proxy
from tests.stores import change, fresh_database
from tests.world import HEADERS, client_of, settings

READY = {"serving": "ok", "store": "ok", "engine": "ok", "credentials": "ok"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Dependency:
    """Fails for a reason, or never answers."""

    def __init__(self) -> None:
        self.why: str | None = None
        self.stands = False
        self.asked = 0

    async def __call__(self) -> str | None:
        self.asked += 1
        if self.stands:
            await asyncio.Event().wait()
        return self.why


async def nobody(_request: Request) -> bool:
    return False


@asynccontextmanager
async def probed(health: Health) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=health.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def readiness(client: httpx.AsyncClient) -> tuple[int, dict[str, str]]:
    answer = await client.get("/readyz")
    body = answer.json()
    assert body["ready"] is (answer.status_code == 200)
    return answer.status_code, body["checks"]


async def test_before_it_serves_and_after_the_signal_it_is_not_ready() -> None:
    health = Health(nobody, Clock())
    async with probed(health) as client:
        assert await readiness(client) == (503, {"serving": "failed"})
        health.start({"store": Dependency()})
        assert await readiness(client) == (200, {"serving": "ok", "store": "ok"})
        health.stop()
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["connection"] == "close"
        for path in ("/livez", "/healthz"):
            assert ((await client.get(path)).text, answer.headers["cache-control"]) == (
                "ok",
                "no-store",
            )


async def test_a_dependency_is_asked_once_a_second_and_not_waited_for() -> None:
    clock, fine, bad = Clock(), Dependency(), Dependency()
    health = Health(nobody, clock)
    health.start({"fine": fine, "bad": bad})
    async with probed(health) as client:
        answers = await asyncio.gather(*(readiness(client) for _ in range(20)))
        assert {status for status, _ in answers} == {200}
        assert (fine.asked, bad.asked) == (1, 1)
        bad.stands = True
        clock.now += 1
        answers = await asyncio.gather(*(readiness(client) for _ in range(20)))
        assert {status for status, _ in answers} == {503}
        assert answers[0][1] == {"serving": "ok", "fine": "ok", "bad": "failed"}
        assert (fine.asked, bad.asked) == (2, 2)
        bad.stands = False
        clock.now += 1
        assert (await readiness(client))[0] == 200


async def test_reasons_are_shown_to_operators_only(aws: Sandbox, tmp_path: Path) -> None:
    keys: list[dict[str, Any]] = [
        {"name": "auditor", "key": "auditor", "audit": True},
        {"name": "reader", "key": "reader"},
    ]
    app = create_app(settings(tmp_path, keys=keys))
    async with client_of(app) as client:
        await broken(client, tmp_path)
        shown = {}
        for name, headers in {
            "nobody": {"X-Auth-Token": ""},
            "wrong": {"X-Auth-Token": "", "Authorization": "Bearer wrong"},
            "reader": {"Authorization": "Bearer reader"},
            "auditor": {"Authorization": "Bearer auditor"},
            "default": HEADERS,
        }.items():
            client.headers.pop("X-Auth-Token", None)
            answer = await client.get("/readyz", headers=headers)
            assert answer.status_code == 503
            shown[name] = answer.json()["checks"]["store"]
    assert shown["nobody"] == shown["wrong"] == shown["reader"] == "failed"
    reason = f"its schema is at revision none instead of {newest_revision()}"
    assert shown["default"] == shown["auditor"] == reason


async def test_a_schema_that_is_replaced_by_an_older_one_makes_a_server_unready(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with client_of(create_app(settings(tmp_path))) as client:
        assert await readiness(client) == (200, READY)
        await broken(client, tmp_path)
        change(url_in(tmp_path), "INSERT INTO alembic_version VALUES ('9999')")  # a newer version
        await becomes(client, 200)


@pytest.mark.postgres
async def test_a_database_that_is_away_or_silent_makes_a_server_unready_until_it_is_back(
    aws: Sandbox, tmp_path: Path
) -> None:
    with fresh_database() as database:
        url = sa.make_url(database)
        async with Proxy(url.host or "", url.port or 5432) as proxy:
            way = url.set(port=proxy.port).render_as_string(hide_password=False)
            async with Server(aws, tmp_path, way) as server, server.client() as client:
                assert await readiness(client) == (200, READY)
                proxy.cut()
                assert "connection" in (await becomes(client, 503))["store"]
                proxy.mend()
                assert await becomes(client, 200) == READY
                proxy.stall()
                assert (await becomes(client, 503))["store"] == "no response within 1 s"
                proxy.cut()
                proxy.mend()
                assert await becomes(client, 200) == READY


async def test_a_full_disk_makes_a_server_unready_although_the_store_can_be_read(
    aws: Sandbox, small_disk: Path
) -> None:
    app = create_app(settings(small_disk, lease_seconds=1))
    async with client_of(app) as client:
        assert await readiness(client) == (200, READY)
        with (small_disk / "filler").open("wb", buffering=0) as filler:
            fill(filler.write)
        checks = await becomes(client, 503)
        assert "disk is full" in checks["store"]
        (small_disk / "filler").unlink()
        assert await becomes(client, 200) == READY


async def test_an_engine_that_stopped_makes_a_server_unready(aws: Sandbox, tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, lease_seconds=1))
    async with client_of(app) as client:
        assert await readiness(client) == (200, READY)
        for task in asyncio.all_tasks():
            if getattr(task.get_coro(), "__qualname__", "") == "Heartbeat.run":
                task.cancel()
        checks = await becomes(client, 503)
        assert "no heartbeat for" in checks["engine"]
        assert checks["store"] == "ok"


async def test_a_server_without_credentials_of_its_own_is_not_ready_and_says_why(
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    async with client_of(create_app(settings(tmp_path))) as client:
        status, checks = await readiness(client)
    assert status == 503
    assert checks["credentials"].startswith("the server has no AWS credentials of its own")
    assert caplog.messages.count(checks["credentials"]) == 1


@pytest.mark.timeout(150)
@pytest.mark.parametrize("workers", [1, 2])
async def test_at_the_signal_it_is_not_ready_at_once_and_serves_until_the_wait_is_over(
    aws: Sandbox, tmp_path: Path, workers: int
) -> None:
    arguments = [f"--workers={workers}"]
    async with Server(aws, tmp_path, arguments=arguments, PRESTOP_SECONDS="3") as server:
        async with server.client() as client:
            assert (await client.get("/readyz")).status_code == 200
        server.signal(signal.SIGTERM)
        unready = 0
        async with asyncio.timeout(60):
            while True:
                try:  # each on a new connection, as a balancer's
                    async with httpx.AsyncClient(base_url=server.url) as client:
                        probe = await client.get("/readyz")
                        assert (await client.get("/v1/datasync/ping")).status_code == 200
                except httpx.TransportError:
                    break
                unready += probe.status_code == 503
        assert unready > 1
        assert await asyncio.to_thread(server.wait) in (0, -signal.SIGTERM)


def url_in(folder: Path) -> str:
    return str(settings(folder).store_url)


async def broken(client: httpx.AsyncClient, folder: Path) -> None:
    """Makes the server unready: as if an old backup had been restored."""
    change(url_in(folder), "DELETE FROM alembic_version")
    await becomes(client, 503)


async def becomes(client: httpx.AsyncClient, status: int) -> dict[str, str]:
    """The checks as soon as the status is this."""
    async with asyncio.timeout(30):
        while True:
            found, checks = await readiness(client)
            if found == status:
                return checks
            await asyncio.to_thread(bool)  # others of the loop get their turn


def fill(write: Callable[[bytes], Any]) -> None:
    for size in (65_536, 1):
        try:
            while True:
                write(bytes(size))
        except OSError:
            continue


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte, which only root can make."""
    libc = ctypes.CDLL(None, use_errno=True)
    disk = tmp_path / "disk"
    disk.mkdir()
    if libc.mount(b"tmpfs", bytes(disk), b"tmpfs", 0, b"size=2m") != 0:
        pytest.skip("mounting a file system needs root")
    yield disk
    libc.umount2(bytes(disk), 2)
