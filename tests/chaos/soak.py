"""How much memory a server uses: ``python -m tests.chaos.soak --cycles 3000``.

Clients create, start, watch and delete movers. A line is printed per ``--every`` cycles; the growth
between the lines levels off once all caches are full. ``--trace`` adds what was allocated since the
first line and not freed, by the place in the code, and slows the server down.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.processes import SandboxProcess, ServerProcess, mebibytes
from tests.stores import store_url
from tests.world import CREATE, HEADERS, LAB, ask, ended, new_mover

CLIENTS = 6
GROUPS = 20
START = "mutation($id: ID!) { startMover(input: { mover: $id }) { run { id } errors { code } } }"
FOLLOW = "subscription($id: ID!) { runProgress(run: $id) { run { status } } }"
DELETE = """mutation($id: ID!) {
  deleteMover(input: { mover: $id }) { operation { id } errors { code message } }
}"""


@dataclass
class Soak:
    """The cycles that are done, and the server whose memory is measured."""

    server: ServerProcess
    every: int
    trace: bool
    began: float
    done: int = 0
    before: float = 0.0

    def count(self) -> None:
        self.done += 1
        if self.done % self.every == 0:
            self.report()

    def report(self) -> None:
        now, files = mebibytes(self.server.pid, "VmRSS"), Path(f"/proc/{self.server.pid}/fd")
        grown = 1024 * (now - self.before) / self.every if self.before else 0.0
        seconds = time.monotonic() - self.began
        print(  # noqa: T201 - its purpose
            f"{self.done:6} cycles {seconds:6.0f} s {now:7.1f} MiB {grown:+6.1f} KiB per cycle "
            f"{len(list(files.iterdir()))} files",
            flush=True,
        )
        self.before = now
        if self.trace:
            self.server.signal(signal.SIGUSR1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak")
    parser.add_argument("--cycles", type=int, default=3_000)
    parser.add_argument("--every", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=3_600, help="ends earlier after so long")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--log", type=Path, help="the server's log, with what --trace adds")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        store_url(given.store, Path(temporary)) as url,
        SandboxProcess(tasks=1_000_000) as aws,
    ):
        aws.furnish(LAB)
        server = ServerProcess(
            aws.environment,
            given.log or Path(temporary) / "log",
            module="tests.chaos.traced" if given.trace else "graph",
            STORE_URL=url,
            POLL_SECONDS=0.2,
            ACCOUNTS=LAB,
        )
        try:
            server.start()
            soak = Soak(server, given.every, given.trace, time.monotonic())
            asyncio.run(_play(soak, given.cycles, given.seconds))
        finally:
            server.stop()
    return 0


async def _play(soak: Soak, cycles: int, seconds: float) -> None:
    numbers = iter(range(cycles))
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(_client(soak, numbers))
    except TimeoutError:
        soak.report()


async def _client(soak: Soak, numbers: Iterator[int]) -> None:
    async with httpx.AsyncClient(base_url=soak.server.url, headers=HEADERS, timeout=60) as client:
        for number in numbers:
            await _cycle(client, number)
            soak.count()


async def _cycle(client: httpx.AsyncClient, number: int) -> None:
    """The life of one mover."""
    given = new_mover(f"m{number}", group=f"g{number % GROUPS}")
    payload = (await ask(client, CREATE, input=given))["createMover"]
    operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "COMPLETED", operation
    mover = operation["mover"]["id"]
    started = (await ask(client, START, id=mover))["startMover"]
    assert started["run"], started
    body = {"query": FOLLOW, "variables": {"id": started["run"]["id"]}}
    response = await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert b"event: complete" in response.content, response.content
    for _ in itertools.repeat(None, 3):
        payload = (await ask(client, DELETE, id=mover))["deleteMover"]
        if payload["operation"]:
            break
    assert payload["operation"], payload
    operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "COMPLETED", operation


if __name__ == "__main__":
    sys.exit(main())
