"""``python -m tests.chaos.rolling --proxy nginx --rounds 2``: two servers are restarted in turn.

Each leaves the pool of the proxy first. Status 1 if a create that was accepted is lost, or if a
request that was sent after a server had left the pool is not answered as usual.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from graph.model.operation import OperationStatus
from graph.schema.ids import decode
from graph.store import Store, open_store
from tests.chaos.field import server
from tests.chaos.proxies import KINDS, Proxy
from tests.processes import SandboxProcess, ServerProcess
from tests.stores import store_url
from tests.world import CREATE, HEADERS, LAB, new_mover

CREATORS, READERS = 2, 4
DRAIN = 15.0
"""Seconds: requests that were sent before a server left the pool are answered by it."""
SETTLED_SECONDS = 120.0
READ = f'{{ account(id: "{LAB}") {{ movers(first: 1) {{ totalCount }} }} }}'


class Traffic:
    """Requests through the proxy. All are to be answered as usual: no server is in the pool that
    does not serve.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.accepted: set[str] = set()
        self.problems: list[str] = []
        self.counts = Counter[str]()
        self.stopping = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(CREATORS):
                group.create_task(self._create(number))
            for _ in range(READERS):
                group.create_task(self._read())

    async def _create(self, mine: int) -> None:
        number = 0
        while not self.stopping:
            number += 1
            given = {"input": new_mover(f"c{mine}-{number}")}
            data = await self._ask(CREATE, given)
            operation = ((data or {}).get("createMover") or {}).get("operation")
            if operation:
                self.accepted.add(decode(operation["id"])[1])
            else:
                self.problems.append(f"a create was answered with {data}")
            await asyncio.sleep(1)

    async def _read(self) -> None:
        while not self.stopping:
            await self._ask(READ, {})
            await asyncio.sleep(0.2)

    async def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """On a connection of its own: a proxy that reloads may close one that is kept open."""
        body = {"query": query, "variables": variables}
        try:
            async with httpx.AsyncClient(headers=HEADERS, timeout=30) as http:
                answer = await http.post(f"{self._url}/graphql", json=body)
        except httpx.TransportError as error:
            self.problems.append(f"a request got no answer: {error!r}")
            return None
        self.counts[f"answers {answer.status_code}"] += 1
        if answer.status_code != httpx.codes.OK or "errors" in answer.json():
            self.problems.append(f"{answer.status_code}: {answer.text[:200]}")
            return None
        data: dict[str, Any] = answer.json()["data"]
        return data


async def play(proxy: Proxy, servers: list[ServerProcess], url: str, rounds: int) -> Traffic:
    traffic = Traffic(proxy.url)
    await _in_force(proxy.url, "1")
    running = asyncio.create_task(traffic.run())
    for _ in range(rounds):
        for old in servers:
            await asyncio.sleep(2)
            rest = [one for one in servers if one is not old]
            await _in_force(proxy.url, await asyncio.to_thread(proxy.reload, rest))
            old.signal(signal.SIGTERM)
            await asyncio.to_thread(old.stop)
            await asyncio.to_thread(old.start)
            await _in_force(proxy.url, await asyncio.to_thread(proxy.reload, servers))
    traffic.stopping = True
    await running
    async with open_store(url) as store:
        await _all_completed(store, traffic)
    return traffic


async def _in_force(url: str, version: str) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"{url}/_pool")).text == version:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def _all_completed(store: Store, traffic: Traffic) -> None:
    try:
        async with asyncio.timeout(SETTLED_SECONDS):
            while await store.operations.unended():  # noqa: ASYNC110 - other processes end them
                await asyncio.sleep(0.5)
    except TimeoutError:
        traffic.problems.append("operations did not end")
    for operation_id in traffic.accepted:
        row = await store.operations.get(operation_id)
        if row.status != OperationStatus.COMPLETED.value:
            traffic.problems.append(f"{operation_id} is {row.status}: {row.failure}")
    traffic.counts["creates accepted"] = len(traffic.accepted)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.rolling")
    parser.add_argument("--proxy", choices=KINDS, default="nginx")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the servers' logs")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="postgres")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        store_url(given.store, Path(temporary)) as url,
        SandboxProcess(tasks=1_000_000, propagation=0.3) as aws,
    ):
        aws.furnish(LAB)
        os.environ.update(aws.environment)
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        servers = [server(aws, url, folder, number, DRAIN) for number in range(2)]
        try:
            for one in servers:
                one.start()
            with Proxy(given.proxy, servers) as proxy:
                traffic = asyncio.run(play(proxy, servers, url, given.rounds))
        finally:
            for one in servers:
                one.stop()
    found = dict(sorted(traffic.counts.items())) | {"problems": traffic.problems[:20]}
    print(json.dumps({"proxy": given.proxy, "rounds": given.rounds} | found, indent=2))  # noqa: T201 - its purpose
    return 1 if traffic.problems else 0


if __name__ == "__main__":
    sys.exit(main())
