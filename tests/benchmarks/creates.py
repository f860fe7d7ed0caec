"""1,000 creates at once: the engine's own CPU, memory, and how others fare; by hand, as a module.

``python -m tests.benchmarks.creates [--count 1000] [--store sqlite|postgres]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from graph.store import open_store
from graph.store.tables import OPERATIONS
from tests.benchmarks.bystander import Bystander
from tests.processes import SandboxProcess, ServerProcess, cpu_seconds, mebibytes
from tests.stores import store_url
from tests.world import CREATE, HEADERS, LAB, OTHER, new_mover

WAIT_SECONDS = 900.0
IDLE_SECONDS = 8.0
OTHERS = {
    "ping": "/v1/datasync/ping",
    "list of that account": f"/v1/datasync/{LAB}/movers",
    "list of another account": f"/v1/datasync/{OTHER}/movers",
}
INVALID = {"s3": {"bucketArn": "arn:aws:ec2:::not-a-bucket"}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    told: dict[str, Any] = {"store": given.store, "count": given.count}
    with tempfile.TemporaryDirectory() as name, store_url(given.store, Path(name)) as url:
        told |= measure(given.count, url, Path(name))
    print(json.dumps(told, indent=2), flush=True)  # noqa: T201 - its purpose
    # Once more, with others who ask: their own cost is not to be counted above.
    with tempfile.TemporaryDirectory() as name, store_url(given.store, Path(name)) as url:
        others = meanwhile(given.count, url, Path(name))
    print(json.dumps(others, indent=2))  # noqa: T201 - its purpose


def meanwhile(count: int, url: str, folder: Path) -> dict[str, Any]:
    """How long others wait."""
    with SandboxProcess(tasks=10 * count) as aws:
        for account in (LAB, OTHER):
            aws.furnish(account)
        server = ServerProcess(aws.environment, folder / "log", STORE_URL=url)
        server.start()
        try:
            asyncio.run(warm(server.url))
            with Bystander(server.port, OTHERS) as bystander:
                asyncio.run(create(server, url, count))
                return {"others, ms": bystander.figures()}
        finally:
            server.stop()


def measure(count: int, url: str, folder: Path) -> dict[str, Any]:
    """What it costs."""
    with SandboxProcess(tasks=10 * count) as aws:
        for account in (LAB, OTHER):
            aws.furnish(account)
        server = ServerProcess(aws.environment, folder / "log", STORE_URL=url)
        server.start()
        try:
            asyncio.run(warm(server.url))
            idle = idle_share(server)
            aws.control("DELETE", "calls")
            figures = asyncio.run(create(server, url, count))
            calls = aws.control("GET", "calls")
            figures["refused request, ms"] = round(asyncio.run(refused(server, count)), 2)
            left = aws.control("GET", "state")[LAB]
            figures["tasks, locations, roles"] = [
                len(left[kind]) for kind in ("tasks", "locations", "roles")
            ]
        finally:
            server.stop()
    figures["idle, ms a second"] = round(1_000 * idle, 1)
    polling = 1_000 * idle * figures["seconds until all had ended"] / count
    figures["calls to AWS each"] = {name: round(made / count, 2) for name, made in calls.items()}
    figures["calls to AWS alone, ms"] = round(1_000 * bare(calls, count) / count, 2)
    own = figures["server CPU, ms"] - figures["calls to AWS alone, ms"]
    figures["engine's own, ms"] = round(own - figures["refused request, ms"] - polling, 2)
    return figures


def idle_share(server: ServerProcess) -> float:
    """CPU seconds that the server takes in a second in which nobody asks for anything."""
    before = cpu_seconds(server.pid)
    time.sleep(IDLE_SECONDS)
    return (cpu_seconds(server.pid) - before) / IDLE_SECONDS


async def warm(url: str) -> None:
    """The token is known, and the clients of both accounts are made."""
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as http:
        for account in (LAB, OTHER):
            (await http.get(f"/v1/datasync/{account}/movers")).raise_for_status()


async def create(server: ServerProcess, url: str, count: int) -> dict[str, Any]:
    before = mebibytes(server.pid, "VmRSS")
    cpu, started = cpu_seconds(server.pid), time.perf_counter()
    accepted = await post(server.url, count)
    answered = time.perf_counter() - started
    ended = await all_ended(url, count)
    seconds = time.perf_counter() - started
    spent = cpu_seconds(server.pid) - cpu
    return {
        "accepted": len(accepted),
        "ended": dict(ended),
        "lost": len(accepted - set(await ids(url))),
        "seconds until all were accepted": round(answered, 1),
        "seconds until all had ended": round(seconds, 1),
        "server CPU, ms": round(1_000 * spent / count, 2),
        "MiB before": round(before),
        "MiB at most": round(mebibytes(server.pid)),
    }


async def post(url: str, count: int) -> set[str]:
    """All at once. Returns the ids of the operations."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=url, headers=HEADERS, timeout=WAIT_SECONDS, limits=limits
    ) as http:

        async def one(index: int) -> str:
            body = {"query": CREATE, "variables": {"input": new_mover(f"m-{index}")}}
            answer = (await http.post("/graphql", json=body)).json()
            payload = answer["data"]["createMover"]
            operation = payload and payload["operation"]
            assert operation, answer
            return str(operation["id"])

        return set(await asyncio.gather(*(one(index) for index in range(count))))


async def refused(server: ServerProcess, count: int) -> float:
    """CPU of the same request that is refused before the engine sees it, in ms."""
    async with httpx.AsyncClient(base_url=server.url, headers=HEADERS, timeout=60) as http:
        before = cpu_seconds(server.pid)
        for index in range(count):
            given = new_mover(f"m-{index}") | {"source": INVALID}
            body = {"query": CREATE, "variables": {"input": given}}
            answer = (await http.post("/graphql", json=body)).json()
            assert answer["data"]["createMover"]["errors"], answer
        return 1_000 * (cpu_seconds(server.pid) - before) / count


async def all_ended(url: str, count: int) -> Counter[str]:
    """Looks into the store itself, so that the server is not asked."""
    counted = sa.select(OPERATIONS.c.status, sa.func.count()).group_by(OPERATIONS.c.status)
    async with open_store(url) as store, asyncio.timeout(WAIT_SECONDS):
        while True:
            rows = await store.database.rows(counted)
            found = Counter({row["status"]: row["count"] for row in rows})
            if found["COMPLETED"] + found["FAILED"] >= count:
                return found
            await asyncio.sleep(0.5)


async def ids(url: str) -> list[str]:
    from graph.schema.ids import encode  # noqa: PLC0415 - beside its use

    async with open_store(url) as store:
        rows = await store.database.rows(sa.select(OPERATIONS.c.id))
        return [encode("Operation", row["id"]) for row in rows]


def bare(calls: dict[str, int], count: int) -> float:
    """CPU seconds of a process that makes the same calls through the gateway, and does no more."""
    with SandboxProcess(tasks=10 * count) as aws:
        aws.furnish(LAB)
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.benchmarks.bare", json.dumps(calls)],
            env={**aws.environment, "PYTHONPATH": str(Path.cwd()), "PATH": ""},
            stdout=subprocess.PIPE,
            check=True,
        )
    return float(done.stdout)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
