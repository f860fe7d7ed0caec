"""What a REST request costs the server's process beyond its AWS calls; by hand, as a module.

Three processes take turns, over one kept connection with one warm token: the server on the sandbox,
a bare Starlette route that answers the same bytes, and one that does what the request asks of AWS,
through the same gateway, and nothing else. Turns, because the machine drifts; the median of the
rounds, because others use it too. CPU is the process's own, of all its threads, without what the
server takes when it does nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location
from graph.aws.movers import list_movers
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task
from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.world import LAB, ORG, ROLE, TOKEN, furnish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MOVERS = f"/v1/datasync/{LAB}/movers"
ROUNDS = 6
LONGEST_SECONDS = 450
IDLE_SECONDS = 3.0
WARM = 30
COUNTS = {"ping": 1_000, "version": 1_000, "flywheel": 300, "list": 200, "show": 200}
TICK = os.sysconf("SC_CLK_TCK")


async def main() -> None:
    """Ended by SIGTERM too, or by its time, it takes the processes that it started with it."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with asyncio.timeout(LONGEST_SECONDS):
        await _measure()


async def _measure() -> None:
    with Sandbox() as aws, tempfile.TemporaryDirectory() as folder:
        furnish(aws, LAB)
        aws.set_pace(launch=0, phase=0)
        async with Server(aws, Path(folder), SETTLE_SECONDS="30") as server:
            task, task_arn = await _make(server)
            paths = {
                "ping": "/v1/datasync/ping",
                "version": "/v1/datasync/version",
                "flywheel": f"/v1/datasync/flywheel?task={task}",
                "list": f"{MOVERS}/g",
                "show": f"{MOVERS}/g/mover-9",
            }
            bodies = {path: await _get(server, path) for path in paths.values()}
            idle = await _idle(server)
            async with _bare(Path(folder), bodies) as bare, _aws(aws, task_arn) as part:
                rounds = {
                    name: [
                        (
                            await _load(server, path, COUNTS[name], idle),
                            await _load(bare, path, COUNTS[name]),
                            await part(name),
                        )
                        for _ in range(ROUNDS)
                    ]
                    for name, path in paths.items()
                }
    _say(f"Doing nothing, the server takes {idle * 1_000:.0f} ms of CPU a second.\n")
    _show(rounds)


def _show(rounds: dict[str, list[tuple[tuple[float, float], tuple[float, float], float]]]) -> None:
    _say("| request | requests/s | of bare | CPU ms | AWS part | beyond it | bare | ratio |")
    _say("|---|---|---|---|---|---|---|---|")
    for name, turns in rounds.items():
        rate = median(ours[0] for ours, _, _ in turns)
        of_bare = median(ours[0] / bare[0] for ours, bare, _ in turns)
        cpu, aws = median(ours[1] for ours, _, _ in turns), median(part for _, _, part in turns)
        own = median(ours[1] - part for ours, _, part in turns)
        bare_cpu = median(bare[1] for _, bare, _ in turns)
        _say(
            f"| {name} | {rate:.0f} | {of_bare:.2f} | {cpu:.2f} | {aws:.2f} | "
            f"{own:.2f} | {bare_cpu:.2f} | {own / bare_cpu:.1f} |"
        )


async def _make(server: Server) -> tuple[str, str]:
    """Creates ten movers. Returns the id of the task log and the ARN of the last."""
    async with server.client() as http:
        for number in range(10):
            made = await http.post(f"{MOVERS}/g", json=_body(f"mover-{number}"))
            task = made.headers["X-Flywheel-Task"]
            polled = ""
            while "completed_at" not in polled:
                assert "failed_at" not in polled, polled
                polled = (await http.get("/v1/datasync/flywheel", params={"task": task})).text
        shown = (await http.get(f"{MOVERS}/g/mover-9")).json()
    return task, shown["Task"]["TaskArn"]


def _body(name: str) -> dict[str, Any]:
    ends = {
        side: {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::{bucket}-{LAB}"}}
        for side, bucket in (("Source", "from"), ("Destination", "to"))
    }
    return {"Name": name, **ends, "Tags": [{"Key": "team", "Value": "blue"}]}


async def _get(server: Any, path: str) -> str:
    async with server.client() as http:
        return str((await http.get(path)).text)


async def _load(server: Any, path: str, count: int, idle: float = 0.0) -> tuple[float, float]:
    """Requests a second, and milliseconds of the process's CPU for each."""
    await _requests(server.port, path, WARM)
    before, started = _cpu(server.pid), time.perf_counter()
    await _requests(server.port, path, count)
    seconds = time.perf_counter() - started
    return count / seconds, (_cpu(server.pid) - before - idle * seconds) / count * 1_000


async def _idle(server: Server) -> float:
    before = _cpu(server.pid)
    await asyncio.sleep(IDLE_SECONDS)
    return (_cpu(server.pid) - before) / IDLE_SECONDS


async def _requests(port: int, path: str, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET {path} HTTP/1.1\r\nHost: bench\r\nX-Auth-Token: {TOKEN}\r\n\r\n".encode()
    for _ in range(count):
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()
    await writer.wait_closed()


def _cpu(pid: int) -> float:
    """Seconds, of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@asynccontextmanager
async def _aws(aws: Sandbox, task_arn: str) -> AsyncIterator[Callable[[str], Awaitable[float]]]:
    """Milliseconds of CPU of what a request of that name asks of AWS."""
    command = [sys.executable, "-m", __spec__.name, "aws", task_arn]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | aws.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    asks, answers = process.stdin, process.stdout
    assert asks is not None
    assert answers is not None

    async def part(name: str) -> float:
        asks.write(f"{name}\n".encode())
        return float(await answers.readline())

    try:
        yield part
    finally:
        process.kill()
        await process.wait()


async def _calls(task_arn: str) -> None:
    """Answers each name on standard input with the CPU of its calls."""
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:

        async def show() -> None:
            task, _ = await asyncio.gather(
                describe_task(gateway, task_arn), tags_of(gateway, task_arn)
            )
            await asyncio.gather(
                describe_location(gateway, task.source_arn),
                describe_location(gateway, task.destination_arn),
            )

        async def listed() -> None:
            await list_movers(gateway.bind(LAB))

        works = {"list": listed, "show": show}
        while name := (await asyncio.to_thread(sys.stdin.readline)).strip():
            spent = await _spent(works[name], COUNTS[name]) if name in works else 0.0
            sys.stdout.write(f"{spent}\n")
            sys.stdout.flush()


async def _spent(work: Callable[[], Awaitable[None]], count: int) -> float:
    for _ in range(WARM):
        await work()
    before = time.process_time()
    for _ in range(count):
        await work()
    return (time.process_time() - before) / count * 1_000


class _Bare:
    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid


@asynccontextmanager
async def _bare(folder: Path, bodies: dict[str, str]) -> AsyncIterator[_Bare]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    file = folder / "bodies.json"
    file.write_text(json.dumps(bodies))
    command = [sys.executable, "-m", __spec__.name, "bare", str(port), str(file)]
    with subprocess.Popen(command) as process:  # noqa: ASYNC220, S603 - its own words
        try:
            while process.poll() is None:
                try:
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            assert process.poll() is None, "the bare server did not start"
            yield _Bare(port, process.pid)
        finally:
            process.kill()


def _serve_bare(port: int, file: Path) -> None:
    def route(path: str, body: bytes) -> Route:
        async def answer(_request: object) -> Response:
            return Response(body, media_type="application/json")

        return Route(path.partition("?")[0], answer)

    app = Starlette(
        routes=[route(path, body.encode()) for path, body in json.loads(file.read_text()).items()]
    )
    uvicorn.run(app, port=port, http="httptools", loop="asyncio", log_level="error")


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the figures


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare", port, file]:
            _serve_bare(int(port), Path(file))
        case ["aws", arn]:
            asyncio.run(_calls(arn))
        case _:
            try:
                asyncio.run(main())
            except asyncio.CancelledError:
                sys.exit(128 + signal.SIGTERM)
