"""Looks at AWS for one run that clients of several server processes follow, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.stores import fresh_database
from tests.world import LAB, TOKEN, ask, furnish, made

REPLICAS: Final = 5
SUBSCRIBERS: Final = 1_000
"""Of each replica: as many as one key may have."""
INTERVAL: Final = 1.0
"""Seconds between two looks at a run that moves."""
LOOK: Final = "datasync.DescribeTaskExecution"
START: Final = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
SEQUENCE: Final = re.compile(rb'"sequence":(\d+)')


class Listener(asyncio.Protocol):
    """Follows a run by server-sent events, and notes the numbers of its states."""

    def __init__(self, port: int, run: str) -> None:
        self.seen: set[int] = set()
        body = json.dumps({"query": f'subscription {{ runProgress(run: "{run}") {{ sequence }} }}'})
        self._request = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Auth-Token: {TOKEN}\r\n"
            "Accept: text/event-stream\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request.encode())

    def data_received(self, data: bytes) -> None:
        self.seen.update(map(int, SEQUENCE.findall(data)))


async def listening(servers: list[Server], run: str, count: int) -> list[list[Listener]]:
    """As many for each server, once each has received a state."""
    loop = asyncio.get_running_loop()
    found = []
    for server in servers:
        own = [Listener(server.port, run) for _ in range(count)]
        for number, each in enumerate(own):
            await loop.create_connection(partial(lambda one: one, each), "127.0.0.1", server.port)
            if number % 50 == 0:
                await asyncio.sleep(0.05)
        found.append(own)
    async with asyncio.timeout(120):
        while not all(each.seen for own in found for each in own):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return found


async def moving(aws: Sandbox, seconds: float) -> None:
    """Lets the run move as often as it is looked at."""
    for _ in range(int(seconds / INTERVAL)):
        await asyncio.gather(asyncio.sleep(INTERVAL), asyncio.to_thread(aws.turn, 1))


async def measure(aws: Sandbox, url: str, folder: Path, count: int, seconds: float) -> list[str]:
    """The goals that are missed."""
    async with AsyncExitStack() as stack:
        servers = [
            Server(aws, folder, url, POLL_SECONDS=f"{INTERVAL}", LEASE_SECONDS="30")
            for _ in range(REPLICAS)
        ]
        for server in servers:
            await stack.enter_async_context(server)
        client = await stack.enter_async_context(servers[0].client())
        mover = await made(client)
        await asyncio.to_thread(aws.turn, 0)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        moves = asyncio.create_task(moving(aws, 600))
        stack.callback(moves.cancel)
        listeners = await listening(servers, run, count)
        everyone = [each for own in listeners for each in own]
        for each in everyone:
            stack.callback(each.transport.abort)
            each.seen.clear()
        before = aws.interceptor.counts()[LOOK]
        await asyncio.sleep(seconds)
        looks = aws.interceptor.counts()[LOOK] - before
        await asyncio.sleep(1)  # until the last has arrived
        return judged(looks, listeners, seconds)


def judged(looks: int, listeners: list[list[Listener]], seconds: float) -> list[str]:
    per_interval = looks * INTERVAL / seconds
    states = set.union(*(each.seen for own in listeners for each in own))
    got = [sum(len(each.seen) for each in own) for own in listeners]
    most = len(states) * len(listeners[0])
    print(  # noqa: T201
        f"  {looks} looks in {seconds:.0f} s, {per_interval:.2f} per interval; "
        f"{len(states)} states, of which the clients of each replica received "
        f"{', '.join(f'{100 * each / max(1, most):.1f}' for each in got)} %"
    )
    checks = {
        f"{per_interval:.2f} looks per interval": per_interval > 1.1,
        "no state": not states,
        "a state did not arrive": min(got) < 0.995 * most,
    }
    return [text for text, missed in checks.items() if missed]


def run(scale: float, seconds: float) -> bool:
    """Whether the goals are met."""
    count = max(2, round(SUBSCRIBERS * scale))
    print(f"replicas: {REPLICAS} x {count}, one run")  # noqa: T201
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database() as url,
        Sandbox() as aws,
    ):
        furnish(aws, LAB, a=b"x" * 100_000)
        aws.set_pace(launch=0, phase=0, bandwidth=10)
        missed = asyncio.run(measure(aws, url, Path(folder), count, seconds))
    print(f"  {'misses: ' + '; '.join(missed) if missed else 'meets its goals'}")  # noqa: T201
    return not missed
