"""Whatever worker answers a scrape, it shows the counters of all, and they never go down."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph.sandbox import Sandbox
from tests.api_server import Server

PING = "/v1/datasync/ping"


def workers_of(pid: int) -> set[int]:
    """The processes that serve: the children with the most memory, not multiprocessing's own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return {child for child, command in commands.items() if b"spawn_main" in command}


async def pinged(server: Server, times: int) -> None:
    """Each on a connection of its own, so that all workers get some."""
    for _ in range(times):
        async with httpx.AsyncClient() as client:
            assert (await client.get(server.url + PING)).status_code == 200


async def scraped(server: Server) -> dict[tuple[str, str], float]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{server.url}/v1/datasync/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, str(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if family.type in ("counter", "histogram")
    }


def pings(found: dict[tuple[str, str], float]) -> float:
    return sum(
        value
        for (name, labels), value in found.items()
        if name == "datasync_api_http_requests_total" and PING in labels
    )


@pytest.mark.timeout(200)
async def test_30_scrapes_of_two_workers_show_the_same_also_after_one_is_replaced(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with Server(aws, tmp_path, arguments=["--workers=2"]) as server:
        await pinged(server, 20)
        before: dict[tuple[str, str], float] = {}
        for _ in range(30):
            found = await scraped(server)
            assert pings(found) == 20
            assert all(found[key] >= value for key, value in before.items())
            before = found
        old = workers_of(server.pid)
        assert len(old) == 2
        os.kill(min(old), signal.SIGKILL)
        async with asyncio.timeout(60):
            while len(new := workers_of(server.pid)) < 2 or new == old:
                assert pings(await scraped(server)) == 20
        await pinged(server, 10)
        for _ in range(30):
            found = await scraped(server)
            assert pings(found) == 30
            assert all(found[key] >= value for key, value in before.items())
            before = found
