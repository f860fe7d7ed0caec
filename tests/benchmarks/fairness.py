"""How long an honest caller waits while another does its worst; by hand, as a module.

``python -m tests.benchmarks.fairness [--floods "all details,creates"] [--seconds 5] [--rounds 3]``.
An honest caller with a key of its own reads, starts, creates and authenticates: undisturbed, while
another server of the same machine is flooded, and while its own server is. The second tells how
much of the third is due to the machine, whose processors all of them share. Each flood has a
process and an address of its own. AWS takes 20 ms for a call, see ``recorded_aws``.
``--code FOLDER`` serves another version, such as a worktree of an older commit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from graph.auth import token_for
from tests.benchmarks.floods import FLOODS, Request, floods
from tests.benchmarks.recorded_aws import RecordedAws
from tests.processes import START_SECONDS, SandboxProcess, ServerProcess, cpu_seconds
from tests.world import CREATE, LAB, new_mover

MOVERS: Final = 30
HONEST, FLOOD = "honest key", "flooding key"
KEYS: Final = "".join(
    f'[[keys]]\nname = "{name}"\nkey = "{key}"\nwrite = true\naudit = true\n'
    for name, key in (("honest", HONEST), ("flood", FLOOD))
)
LIST: Final = (
    f'{{ account(id: "{LAB}") {{ movers(first: 100) {{ nodes {{ id name status }} }} }} }}'
)
START: Final = "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }"
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "recorded",
    "AWS_SECRET_ACCESS_KEY": "recorded",
    "AWS_DEFAULT_REGION": "us-east-1",
}
PAUSE_SECONDS: Final = 0.02
BEGIN_SECONDS: Final = 1.0
"""That a flood has to begin, and a server to recover from it."""
NEWLINE: Final = b"\n"
PHASES: Final = ("alone", "machine", "beside")
TOKENS: Final = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--floods", default=",".join(FLOODS))
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tape", type=Path, default=Path("/tmp/fairness.tape"))  # noqa: S108
    parser.add_argument("--code", type=Path)
    parser.add_argument("--flood", nargs=3, metavar=("NAME", "URL", "IDS"), help="by itself")
    given = parser.parse_args()
    if given.flood:
        asyncio.run(flood(*given.flood))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # closes what follows
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        aws = stack.enter_context(recorded(given.tape))
        servers = stack.enter_context(running(aws, folder, given.code))
        try:
            asyncio.run(measure(servers, aws, given))
        except AssertionError:
            say((folder / "server.log").read_text()[-3_000:])  # what went wrong
            raise


@contextmanager
def running(aws: RecordedAws, folder: Path, code: Path | None) -> Iterator[list[ServerProcess]]:
    """The server that is measured, and its twin."""
    (folder / "keys.toml").write_text(KEYS)
    servers = [
        ServerProcess(
            aws.environment,
            folder / f"{name}.log",
            code=code,
            KEYS=folder / "keys.toml",
            STORE_URL=f"sqlite:///{folder}/{name}.sqlite",
        )
        for name in ("server", "twin")
    ]
    try:
        for server in servers:
            server.start(wait=False)
        until = time.monotonic() + START_SECONDS
        while not all(server.answers() for server in servers):
            assert time.monotonic() < until, "the servers did not start in time"
            time.sleep(0.1)
        yield servers
    finally:
        for server in servers:
            server.stop()


@contextmanager
def recorded(tape: Path) -> Iterator[RecordedAws]:
    """An AWS with movers, from the tape if there is one: to record one takes minutes."""
    if tape.exists():
        with RecordedAws(ENVIRONMENT, tape) as aws:
            yield aws
        return
    with SandboxProcess(tasks=100_000, launch=0, phase=0) as sandbox:
        sandbox.furnish(LAB)
        with RecordedAws(sandbox.environment) as aws:
            yield aws


async def measure(
    servers: list[ServerProcess], aws: RecordedAws, given: argparse.Namespace
) -> None:
    """Prints milliseconds and ratios by flood and kind of request."""
    server, twin = servers
    async with client(server.url, HONEST) as http:
        ids = await (listed(http) if given.tape.exists() else movers(http))
        tokens = [token_for(HONEST, 6) for _ in range(TOKENS)]
        kinds = requests(http, ids[0], tokens)
        for each in servers:
            chosen = given.floods.split(",") if given.tape.exists() else FLOODS
            await record(each.url, ids, chosen)
        for request in kinds.values():
            await request()
        if not given.tape.exists():
            aws.replay()
            aws.save(given.tape)
        say("ready")
        for name in given.floods.split(","):
            taken: dict[tuple[str, str], list[float]] = defaultdict(list)
            used = 0.0
            for _ in range(given.rounds):
                for phase in PHASES:
                    url = {"alone": None, "machine": twin.url, "beside": server.url}[phase]
                    async with flooded(name, url, ids):
                        before = cpu_seconds(server.pid)
                        await repeat(kinds, given.seconds, phase, taken)
                        used += (phase == "beside") * (cpu_seconds(server.pid) - before)
            say(f"{name}: the server's CPU {used / given.rounds / given.seconds:.0%}")
            for kind in kinds:
                show(kind, {phase: sorted(taken[phase, kind]) for phase in PHASES})
    say(f"calls {json.dumps(aws.counts())}")


def show(kind: str, taken: dict[str, list[float]]) -> None:
    def at(phase: str, part: float) -> float:
        return taken[phase][int(len(taken[phase]) * part)]

    figures = "  ".join(
        f"{phase} {at(phase, 0.5):4.0f} {at(phase, 0.99):5.0f} ({len(taken[phase])})"
        for phase in PHASES
    )
    ratios = [at("beside", 0.99) / at(phase, 0.99) for phase in ("alone", "machine")]
    machine = at("machine", 0.99) / at("alone", 0.99)
    say(
        f"  {kind:6} p50 p99 ms: {figures}  p99 {ratios[0]:.1f} x alone, {ratios[1]:.1f} x machine "
        f"(machine {machine:.1f} x alone)"
    )


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the purpose of the program


async def repeat(
    kinds: dict[str, Request],
    seconds: float,
    phase: str,
    taken: dict[tuple[str, str], list[float]],
) -> None:
    """Makes requests of each kind one after the other, all kinds at the same time."""
    until = time.perf_counter() + seconds

    async def one(kind: str, request: Request) -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            await request()
            taken[phase, kind].append(1_000 * (time.perf_counter() - began))
            await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(one(*item) for item in kinds.items()))


def client(url: str, key: str, address: str = "127.0.0.1") -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        url,
        headers={"X-Auth-Token": token_for(key, 4)},
        connector=aiohttp.TCPConnector(limit=0, local_addr=(address, 0)),
        timeout=aiohttp.ClientTimeout(120),
    )


async def ask(http: aiohttp.ClientSession, query: str, **variables: Any) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    async with http.post("/graphql", json=body) as response:
        answer: dict[str, Any] = await response.json(content_type=None)
    return answer


async def movers(http: aiohttp.ClientSession) -> list[str]:
    """The ids of new movers."""
    for index in range(MOVERS):
        answer = await ask(http, CREATE, input=new_mover(f"m-{index}"))
        assert "errors" not in answer, answer
    async with asyncio.timeout(120):
        while len(ids := await listed(http)) < MOVERS:  # noqa: ASYNC110 - made in another process
            await asyncio.sleep(0.5)
    return ids


async def listed(http: aiohttp.ClientSession) -> list[str]:
    """The ids of the movers that can be started."""
    nodes = (await ask(http, LIST))["data"]["account"]["movers"]["nodes"]
    return [node["id"] for node in nodes if node["status"] == "AVAILABLE"]


def requests(http: aiohttp.ClientSession, mover: str, tokens: list[str]) -> dict[str, Request]:
    """What an honest caller does, by name."""

    async def read() -> None:
        answer = await ask(http, LIST)
        assert "errors" not in answer, answer

    async def start() -> None:
        answer = await ask(http, START, id=mover)
        assert answer["data"]["startMover"]["errors"] == [], answer

    async def create() -> None:
        name = secrets.token_hex(6)
        answer = await ask(http, CREATE, input=new_mover(f"h-{name}", "honest"))
        assert answer["data"]["createMover"]["operation"], answer

    async def authenticate() -> None:
        headers = {"X-Auth-Token": tokens.pop()}
        async with http.get("/v1/datasync/nowhere", headers=headers) as response:
            assert response.status == 404, response.status

    return {"read": read, "start": start, "create": create, "token": authenticate}


async def record(url: str, ids: list[str], names: Sequence[str]) -> None:
    """Makes every request of the floods once, so that their calls to AWS are known."""
    async with client(url, FLOOD) as http:
        for name, (request, _) in floods(http, ids).items():
            if name in names:
                await request()


async def flood(name: str, url: str, ids: str) -> None:
    """Repeats the requests of a flood until the process is killed."""
    async with client(url, FLOOD, "127.0.0.2") as http:
        request, at_once = floods(http, json.loads(ids))[name]

        async def again() -> None:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    await request()
                    say("answered")  # the flood has begun

        await asyncio.gather(*(again() for _ in range(at_once)))


@asynccontextmanager
async def flooded(name: str, url: str | None, ids: list[str]) -> AsyncIterator[None]:
    if url is None:
        yield
        return
    command = [sys.executable, "-m", "tests.benchmarks.fairness", "--flood", name, url]
    process = await asyncio.create_subprocess_exec(
        *command, json.dumps(ids), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    answers = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(BEGIN_SECONDS)
    try:
        yield
    finally:
        process.kill()
        await process.wait()
        say(f"  {name} of {url}: {(await answers).count(NEWLINE)} answers")
        await asyncio.sleep(BEGIN_SECONDS)


if __name__ == "__main__":
    main()
