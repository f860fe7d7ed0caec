"""Servers on one PostgreSQL store share the watch of a run, whatever happens to one of them."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.operations.proxy import Proxy
from tests.stores import change, fresh_database
from tests.world import LAB, ask, furnish, made

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
FOLLOW = """
subscription($run: ID!, $after: Int) { runProgress(run: $run, after: $after) {
  sequence run { status progress { sequence bytes { transferred } } }
} }
"""
LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@dataclass
class Watcher:
    """A client that follows the run on one server."""

    server: Server
    seen: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def follow(self, run: str, after: int | None) -> None:
        body = {"query": FOLLOW, "variables": {"run": run, "after": after}}
        accept = {"Accept": "text/event-stream"}
        async with (
            self.server.client() as client,
            client.stream("POST", "/graphql", json=body, headers=accept) as response,
        ):
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    async with self.news:
                        self.seen.append(json.loads(line[5:])["data"]["runProgress"])
                        self.news.notify_all()

    @property
    def sequences(self) -> list[int]:
        return [each["sequence"] for each in self.seen]

    @property
    def bytes(self) -> int:
        """What it knows to be transferred."""
        last = self.seen[-1]["run"]["progress"]["bytes"] if self.seen else {}
        return int(last.get("transferred") or 0)

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self.news:
            await self.news.wait_for(met)


class Deployment:
    """Servers, a run that moves all the time, and clients that follow it."""

    def __init__(self, servers: list[Server], run: str) -> None:
        self.servers, self._run = servers, run
        self._clients: set[asyncio.Task[None]] = set()

    def watch(self, server: Server, after: int | None = None) -> Watcher:
        watcher = Watcher(server)
        task = asyncio.create_task(watcher.follow(self._run, after))
        self._clients.add(task)
        return watcher

    async def move(self, *watchers: Watcher) -> None:
        """Returns when all of them have learnt that the run has transferred more."""
        more = max(each.bytes for each in watchers) + 1
        for watcher in watchers:
            await watcher.until(lambda each=watcher: each.bytes >= more)  # type: ignore[misc]

    async def aclose(self) -> None:
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def polled(self) -> list[Server]:
        """The servers that have polled the run since the last call."""
        return [server for server in self.servers if await _polls(server) > self._noted(server)]

    async def note_polls(self) -> None:
        self._before = {server: await _polls(server) for server in self.servers}

    def _noted(self, server: Server) -> float:
        return self._before.get(server, 0.0)

    _before: dict[Server, float] = {}  # noqa: RUF012 - replaced, never changed


def agree(*watchers: Watcher) -> bool:
    """Whether the same number means the same state on every server."""
    states: dict[int, list[Any]] = {}
    for each in [each for watcher in watchers for each in watcher.seen]:
        known = states.setdefault(each["sequence"], [])
        if each not in known:
            known.append(each)
    return all(len(known) == 1 for known in states.values())


async def _polls(server: Server) -> float:
    async with server.client() as client:
        text = (await client.get("/v1/datasync/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "datasync_api_watch_polls_total"
    )


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@asynccontextmanager
async def deployed(aws: Sandbox, folder: Path, url: str, count: int) -> AsyncIterator[Deployment]:
    furnish(aws, LAB, a=b"x" * 1_000_000)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    async with AsyncExitStack() as stack:
        servers = [Server(aws, folder, url) for _ in range(count)]
        await asyncio.gather(*(stack.enter_async_context(server) for server in servers))
        client = await stack.enter_async_context(servers[0].client())
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        deployment = Deployment(servers, run)
        stack.push_async_callback(deployment.aclose)
        yield deployment


async def test_watchers_of_three_servers_cause_the_polls_of_one(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    async with deployed(aws, tmp_path, database, 3) as deployment:
        one, two, three = deployment.servers
        watchers = [deployment.watch(each) for each in (one, two, two, three, three)]
        for _ in range(5):
            await deployment.move(*watchers)
        assert len(await deployment.polled()) == 1
        assert agree(*watchers)
        after = watchers[0].sequences[-1]
        resumed = deployment.watch(three, after=after)
        await deployment.move(*watchers, resumed)
        assert min(resumed.sequences) > after
        assert agree(*watchers, resumed)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_another_server_takes_over_from_a_holder_that_is_gone(
    aws: Sandbox, tmp_path: Path, database: str, number: signal.Signals
) -> None:
    async with deployed(aws, tmp_path, database, 2) as deployment:
        holder, other = deployment.servers
        lost, watcher = deployment.watch(holder), deployment.watch(other)
        await deployment.move(lost, watcher)
        (polled,) = await deployment.polled()
        if polled is other:
            holder, other, lost, watcher = other, holder, watcher, lost
        await deployment.move(lost, watcher)
        holder.signal(number)
        deployment.servers.remove(holder)
        await deployment.move(watcher)
        assert watcher.sequences == sorted(set(watcher.sequences))
        after = lost.sequences[-1]
        resumed = deployment.watch(other, after=after)
        await deployment.move(watcher, resumed)
        assert min(resumed.sequences) > after
        assert agree(lost, watcher, resumed)
        if number is signal.SIGSTOP:
            holder.signal(signal.SIGCONT)
            await deployment.move(watcher, lost)
            deployment.servers.append(holder)
            await deployment.note_polls()
            for _ in range(3):
                await deployment.move(watcher, lost)
            assert agree(watcher, lost, resumed)
            assert lost.sequences == sorted(set(lost.sequences))
            assert await deployment.polled() == [other]


async def test_states_continue_while_the_connections_for_notices_are_lost(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    async with deployed(aws, tmp_path, database, 2) as deployment:
        watchers = [deployment.watch(each) for each in deployment.servers]
        await deployment.move(*watchers)
        await asyncio.to_thread(change, database, f"SELECT pg_terminate_backend(pid) {LISTENERS}")
        await deployment.move(*watchers)
        async with asyncio.timeout(60):
            while await asyncio.to_thread(_count, database) < 2:
                await deployment.move(*watchers)
        await deployment.move(*watchers)
        assert len(await deployment.polled()) == 1


def _count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) {LISTENERS}".encode()).fetchone()
    return int(row[0]) if row else 0


async def test_runs_are_followed_while_the_database_is_away(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    address = psycopg.conninfo.conninfo_to_dict(database)
    async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
        url = sa.make_url(database).set(host="127.0.0.1", port=way.port)
        store = url.render_as_string(hide_password=False)
        async with deployed(aws, tmp_path, store, 2) as deployment:
            watchers = [deployment.watch(each) for each in deployment.servers]
            await deployment.move(*watchers)
            way.cut()
            for _ in range(3):
                await deployment.move(*watchers)
            assert len(await deployment.polled()) == 2
            way.mend()
            async with asyncio.timeout(60):
                while len(await deployment.polled()) != 1:
                    await deployment.note_polls()
                    for _ in range(3):
                        await deployment.move(*watchers)
            assert agree(*watchers)
