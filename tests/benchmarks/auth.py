"""Latency of requests with a known token, alone and beside 1,000 fresh ones; by hand, as a module.

``python -m tests.benchmarks.auth [COST]``. The figures of one run are compared with each other.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.world import TOKEN

FRESH = 1_000
SECONDS = 15.0
AT_ONCE = 4
PATH = "/v1/datasync/nowhere"
"""A request that is let in and has nothing to do: 404."""
_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def fresh(cost: int) -> str:
    """A token that nobody has: it costs the server as much as a right one."""
    return f"$2b${cost:02}$" + "".join(secrets.choice(_LETTERS) for _ in range(53))


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> int:
    """The status, once the whole answer is read."""
    writer.write(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
    return int(head.split(" ", 2)[1])


async def once(port: int, token: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await ask(reader, writer, token)
    finally:
        writer.close()


async def warm(port: int, until: asyncio.Event) -> list[float]:
    """Milliseconds of each request on one connection, one after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    while not until.is_set():
        started = time.perf_counter()
        assert await ask(reader, writer, TOKEN) == 404
        taken.append(1_000 * (time.perf_counter() - started))
    writer.close()
    return taken


async def measured(port: int, cost: int | None) -> tuple[list[float], Counter[int]]:
    """With a flood of fresh tokens of that cost beside it, or none."""
    over = asyncio.Event()
    answers: Counter[int] = Counter()

    async def flood() -> None:
        async with asyncio.timeout(SECONDS):
            tokens = [fresh(cost or 4) for _ in range(FRESH if cost else 0)]
            for finished in asyncio.as_completed([once(port, token) for token in tokens]):
                answers[await finished] += 1
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        warmed = [group.create_task(warm(port, over)) for _ in range(AT_ONCE)]
        try:
            await flood()
        except TimeoutError:
            over.set()
    return [taken for task in warmed for taken in task.result()], answers


async def main(cost: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Sandbox() as aws:
        async with Server(aws, Path(folder)) as server:
            await once(server.port, TOKEN)
            quiet, _ = await measured(server.port, None)
            busy, answers = await measured(server.port, cost)
    for name, taken in (("alone", quiet), (f"beside cost {cost}", busy)):
        cuts = statistics.quantiles(taken, n=100)
        print(f"{name}: {len(taken)} requests, p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms")  # noqa: T201
    before, after = (statistics.quantiles(taken, n=100) for taken in (quiet, busy))
    print(f"ratios: p50 {after[49] / before[49]:.2f}, p99 {after[98] / before[98]:.2f}")  # noqa: T201
    print(f"fresh tokens: {dict(answers)} of {FRESH} answered in {SECONDS:.0f} s")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
