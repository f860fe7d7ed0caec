"""CPU, lag and memory of a state that many follow, and the same from a bare loop; by hand.

``python -m tests.benchmarks.fanout [NAME ..] [--scale 0.02] [--seconds 8]``: the scenarios of those
names, by default all, each with a server of its own; with a part of their subscribers on a machine
that is in use. Prints for each what it measures and which of the goals it misses.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson
import strawberry
import uvicorn

from graph.concurrency import Watchdog
from graph.server.garbage_collection import tune_garbage_collection
from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.server.websocket_limits import BoundedWebSocket
from graph.transport import GraphQLApp, State, TransportLimits, make_schema
from tests.benchmarks import fanout_replicas
from tests.benchmarks.fanout_client import PORT, Subscriber
from tests.benchmarks.fanout_runs import BARE, Runs, ticks
from tests.benchmarks.fanout_scenarios import SCENARIOS, Phase, Scenario, goals

GROWTH_EVENTS = 20_000
TICKS = os.sysconf("SC_CLK_TCK")


@strawberry.type
class Look:
    """Ten fields, as of a run's progress."""

    at: str
    a: str = "TRANSFERRING"
    b: float = 42.5
    c: int = 1_000_000
    d: int = 2_000_000
    e: float = 1e6
    f: float = 12.5
    g: bool = True
    h: str = "exec-0123456789abcdef0"
    i: int | None = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "x"


def serve(hertz: float, selections: int) -> None:
    runs = Runs(hertz)

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def look(self, run: int = 0) -> AsyncGenerator[Look, None]:
            async for at in runs.follow(run):
                yield Look(at=at)

    async def identify(connection: Any, _payload: Any) -> str:
        return str(connection.headers["x-token"])

    tune_garbage_collection()  # as an application does
    many = 20_000
    app = GraphQLApp(
        make_schema(query=Query, subscription=Subscription, states={"look": State()}),
        identify=identify,
        make_context=lambda who, request_id: (who, request_id),
        rights_of=lambda identity: identity.partition(":")[0],
        limits=TransportLimits(
            sockets=many,
            sockets_per_caller=many,
            new_sockets_per_address=many,
            streams=many,
            streams_per_caller=many,
            executions_per_caller=many,
        ),
    )
    asyncio.run(served(uvicorn.Server(configured(app, 2 * many)), hertz, selections))


def configured(app: GraphQLApp, connections: int) -> uvicorn.Config:
    """As the command line serves it."""
    http = partial(BoundedHttp, limits=ConnectionLimits(15), peers=PeerConnections(connections))
    return uvicorn.Config(
        app,
        port=PORT,
        loop="asyncio",
        ws=cast("Any", partial(BoundedWebSocket, watchdog=Watchdog())),
        http=cast("Any", http),
        ws_per_message_deflate=False,
        proxy_headers=False,
        access_log=False,
        log_level="critical",
        lifespan="off",
        backlog=8_192,
    )


async def served(server: uvicorn.Server, hertz: float, selections: int) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, BARE.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write_bare(server, hertz, selections))
        await server.serve()


async def write_bare(server: uvicorn.Server, hertz: float, selections: int) -> None:
    """Writes messages of the same size to the transports of the same connections."""
    await BARE.wait()
    open_now = [(each, each.transport) for each in server.server_state.connections]
    framed = frame if any(hasattr(each, "conn") for each, _ in open_now) else chunk
    async for at in ticks(hertz):
        data = {"at": at} | {name: getattr(Look, name, None) for name in "abcdefghi"}
        message = framed(data)
        for number, (_, transport) in enumerate(open_now):
            own = framed(data | {f"x{number}": Look.a}) if selections > 1 else message
            transport.write(own)


def frame(data: dict[str, object]) -> bytes:
    """Of a WebSocket."""
    message = b'{"id":"1","type":"next","payload":%s}' % orjson.dumps({"data": {"look": data}})
    return b"\x81\x7e" + len(message).to_bytes(2) + message


def chunk(data: dict[str, object]) -> bytes:
    """Of server-sent events."""
    event = b"event: next\ndata: %s\n\n" % orjson.dumps({"data": {"look": data}})
    return b"%x\r\n%s\r\n" % (len(event), event)


def used(pid: int) -> tuple[float, float]:
    """Seconds of CPU and kB of memory of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    memory = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return (int(fields[11]) + int(fields[12])) / TICKS, float(memory[1]) if memory else 0.0


async def started() -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            writer.close()
            return


async def phase(pid: int, lags: list[float], expected: float, seconds: float) -> Phase:
    before, _ = used(pid)
    lags.clear()
    await asyncio.sleep(seconds)
    after, _ = used(pid)
    seen = sorted(lags)
    assert seen, "no message has arrived"
    p50, p99 = (1e3 * seen[len(seen) * percent // 100] for percent in (50, 99))
    return Phase(1e6 * (after - before) / len(seen), 100 * len(seen) / expected, p50, p99)


async def measure(pid: int, options: Scenario) -> list[str]:
    """The goals that are missed."""
    await asyncio.wait_for(started(), 60)
    lags: list[float] = []
    _, empty = used(pid)
    clients = [Subscriber(n, options, lags) for n in range(options.subscribers)]
    loop = asyncio.get_running_loop()
    for number, client in enumerate(clients):
        end = socket.socket()
        if not client.reads:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        end.setblocking(False)  # noqa: FBT003 - the socket's
        await loop.sock_connect(end, ("127.0.0.1", PORT))
        await loop.create_connection(partial(lambda one: one, client), sock=end)
        if number % 50 == 0:
            await asyncio.sleep(0.05)
    async with asyncio.timeout(120):
        while not all(client.heard for client in clients if client.reads):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    gc.disable()  # of the clients: their pauses are not the server's
    await asyncio.sleep(options.settles)
    expected = options.hertz * options.seconds * (options.subscribers - options.stuck)
    ours = await phase(pid, lags, expected, options.seconds)
    _, full = used(pid)
    alive = sum(client.alive for client in clients)
    per = (full - empty) / options.subscribers
    print(f"  {options.kind}: {alive} alive, {ours}, {per:.1f} kB per subscriber")  # noqa: T201
    if options.grows:
        missed = await growth(pid, full, options)
        missed += [] if all(client.alive for client in clients) else ["clients were disconnected"]
    else:
        os.kill(pid, signal.SIGUSR1)
        await asyncio.sleep(2)
        bare = await phase(pid, lags, expected, options.seconds)
        ratio = ours.microseconds / max(0.1, bare.microseconds)
        print(f"  bare loop: {bare}; ratio {ratio:.2f}")  # noqa: T201
        missed = goals(options, ours, ratio, per)
    for client in clients:
        client.transport.abort()
    return missed


async def growth(pid: int, before: float, options: Scenario) -> list[str]:
    """What further events leave behind: less than 50 bytes each."""
    await asyncio.sleep(GROWTH_EVENTS / options.hertz)
    _, after = used(pid)
    each = 1_024 * (after - before) / GROWTH_EVENTS
    print(f"  {GROWTH_EVENTS} events: {after - before:.0f} kB more, {each:.1f} bytes each")  # noqa: T201
    return [f"{each:.1f} bytes per event"] if each > 50 else []


NAMES = (*SCENARIOS, "replicas")
"""The last is measured with whole servers: ``tests/benchmarks/fanout_replicas.py``."""
LONGEST = 420.0
"""Seconds that a scenario may take; connecting 10,000 clients takes most of it."""


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    given = parser.parse_args()
    if unknown := set(given.names).difference(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return given


def run(name: str, scenario: Scenario) -> bool:
    """Whether the scenario meets its goals."""
    print(f"{name}: {scenario.subscribers} x {scenario.hertz} Hz")  # noqa: T201
    command = [
        sys.executable,
        "-m",
        __spec__.name,
        "serve",
        str(scenario.hertz),
        str(scenario.selections),
    ]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            missed = asyncio.run(asyncio.wait_for(measure(process.pid, scenario), LONGEST))
        except TimeoutError:
            missed = [f"not done in {LONGEST:.0f} s"]
        finally:
            process.kill()
    print(f"  {'misses: ' + '; '.join(missed) if missed else 'meets its goals'}")  # noqa: T201
    return not missed


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    given = parsed()
    met = [
        run(name, SCENARIOS[name].scaled(given.scale, given.seconds))
        if name in SCENARIOS
        else fanout_replicas.run(given.scale, given.seconds)
        for name in given.names or NAMES
    ]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(float(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
