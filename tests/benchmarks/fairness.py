"""How long an honest caller waits while another does its worst; by hand, as a module.

``python -m tests.benchmarks.fairness [--requests 40] [--code FOLDER]``. For each kind of flood an
honest caller with a key of its own reads, starts, creates and authenticates, first undisturbed and
then beside the flood. ``--code`` serves another version, such as a worktree of an older commit. The
embedded AWS and all clients use the same processors: read the ratios. Each flood has a process of
its own, so that it does not delay the clock of the honest caller.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from graphql import get_introspection_query

from graph.auth import token_for
from tests.processes import SandboxProcess, ServerProcess
from tests.world import CREATE, LAB, new_mover

MOVERS = 30
HONEST, FLOOD = "honest key", "flooding key"
KEYS = f"""
[[keys]]
name = "honest"
key = "{HONEST}"
write = true
[[keys]]
name = "flood"
key = "{FLOOD}"
write = true
"""
LIST = f'{{ account(id: "{LAB}") {{ movers(first: 100) {{ nodes {{ id name status }} }} }} }}'
START = """mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }"""
STOP = """mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }"""
NODES = "query($v: [ID!]!) { %s }"
FLOODS = ("forged ids", "all details", "introspection", "starts", "creates", "wrong tokens")
FLOOD_SECONDS = 5
"""That a flood has to begin, and the server to recover from it."""
_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

Request = Callable[[], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--code", type=Path)
    parser.add_argument("--flood", nargs=3, metavar=("NAME", "URL", "IDS"), help="by itself")
    given = parser.parse_args()
    if given.flood:
        asyncio.run(flood(*given.flood))
        return
    with tempfile.TemporaryDirectory() as name, SandboxProcess(tasks=100_000) as aws:
        folder = Path(name)
        (folder / "keys.toml").write_text(KEYS)
        aws.furnish(LAB)
        server = ServerProcess(
            aws.environment,
            folder / "log",
            code=given.code,
            KEYS=folder / "keys.toml",
            STORE_URL=f"sqlite:///{folder}/db.sqlite",
        )
        server.start()
        try:
            figures = asyncio.run(measure(server.url, given.requests))
        except AssertionError:
            print((folder / "log").read_text()[-3_000:])  # noqa: T201 - what went wrong
            raise
        finally:
            server.stop()
    print(json.dumps(figures, indent=2))  # noqa: T201 - its purpose


async def measure(url: str, count: int) -> dict[str, Any]:
    """Milliseconds by flood and kind of request: undisturbed, disturbed and their ratio."""
    async with client(url, HONEST) as honest:
        ids = await movers(honest)
        kinds = requests(honest, url, ids[0])
        for request in kinds.values():
            await request()
        alone = {name: await p99(request, count) for name, request in kinds.items()}
        figures: dict[str, Any] = {}
        for name in FLOODS:
            async with flooded(name, url, ids):
                beside = {kind: await p99(request, count) for kind, request in kinds.items()}
            figures[name] = {
                kind: {
                    "alone": round(alone[kind]),
                    "beside": round(beside[kind]),
                    "ratio": round(beside[kind] / alone[kind], 1),
                }
                for kind in kinds
            }
            print(name, json.dumps(figures[name]), flush=True)  # noqa: T201 - it takes long
    return figures


def client(url: str, key: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    headers = {"X-Auth-Token": token_for(key, 4)}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits)


async def ask(http: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    response = await http.post("/graphql", json={"query": query, "variables": variables})
    answer: dict[str, Any] = response.json()
    return answer


async def movers(http: httpx.AsyncClient) -> list[str]:
    """The ids of new movers."""
    for index in range(MOVERS):
        answer = await ask(http, CREATE, input=new_mover(f"m-{index}"))
        assert "errors" not in answer, answer
    async with asyncio.timeout(120):
        while True:
            nodes = (await ask(http, LIST))["data"]["account"]["movers"]["nodes"]
            if len(nodes) == MOVERS and {node["status"] for node in nodes} == {"AVAILABLE"}:
                return [node["id"] for node in nodes]
            await asyncio.sleep(0.5)


def requests(http: httpx.AsyncClient, url: str, mover: str) -> dict[str, Request]:
    """What an honest caller does, by name."""

    async def read() -> None:
        assert "errors" not in await ask(http, LIST)

    async def start() -> None:
        await ask(http, START, id=mover)

    async def create() -> None:
        name = secrets.token_hex(6)
        payload = (await ask(http, CREATE, input=new_mover(f"h-{name}", "honest")))["data"]
        assert payload["createMover"]["operation"], payload

    async def authenticate() -> None:
        headers = {"X-Auth-Token": token_for(HONEST, 6)}  # new, so that it is computed
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as fresh:
            assert (await fresh.get("/v1/datasync/nowhere")).status_code == 404

    return {"read": read, "start": start, "create": create, "token": authenticate}


def floods(http: httpx.AsyncClient, url: str, ids: list[str]) -> dict[str, tuple[Request, int]]:
    """What another caller does as often as it can, and how often at a time."""
    forged = [f"{node[:-6]}{secrets.token_hex(3)}" for node in ids for _ in range(4)][:100]
    nodes = NODES % " ".join(f"a{n}: nodes(ids: $v) {{ id }}" for n in range(10))
    details = f"""{{ account(id: "{LAB}") {{ movers(first: 100) {{ nodes {{
      name createdAt source {{ uri }} destination {{ uri }} lastRun {{ status }} }} }} }} }}"""

    async def create() -> None:
        await ask(http, CREATE, input=new_mover(f"f-{secrets.token_hex(6)}", "flood"))

    async def start() -> None:
        mover = secrets.choice(ids[1:])
        await ask(http, START, id=mover)
        await ask(http, STOP, id=mover)

    async def guess() -> None:
        token = "$2b$04$" + "".join(secrets.choice(_LETTERS) for _ in range(53))
        headers = {"X-Auth-Token": token}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as fresh:
            await fresh.get("/v1/datasync/nowhere")

    return {
        "forged ids": (lambda: ask(http, nodes, v=forged), 4),
        "all details": (lambda: ask(http, details), 20),
        "introspection": (lambda: ask(http, get_introspection_query()), 8),
        "starts": (start, 20),
        "creates": (create, 20),
        "wrong tokens": (guess, 50),
    }


async def flood(name: str, url: str, ids: str) -> None:
    """Repeats the requests of a flood until the process is killed."""
    async with client(url, FLOOD) as http:
        request, at_once = floods(http, url, json.loads(ids))[name]

        async def again() -> None:
            while True:
                with suppress(httpx.HTTPError):
                    await request()
                    print("answered", flush=True)  # noqa: T201 - the flood has begun

        await asyncio.gather(*(again() for _ in range(at_once)))


@asynccontextmanager
async def flooded(name: str, url: str, ids: list[str]) -> AsyncIterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.fairness", "--flood", name, url]
    process = await asyncio.create_subprocess_exec(
        *command, json.dumps(ids), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    answers = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(FLOOD_SECONDS)
    try:
        yield
    finally:
        process.kill()
        await process.wait()
        print(name, (await answers).count(b"\n"), "answers")  # noqa: T201 - how much it was
        await asyncio.sleep(FLOOD_SECONDS)


async def p99(request: Request, count: int) -> float:
    """Milliseconds; of fewer than 100 requests the longest."""
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await request()
        taken.append(1_000 * (time.perf_counter() - began))
        await asyncio.sleep(0.02)
    return sorted(taken)[int(len(taken) * 0.99)]


if __name__ == "__main__":
    main()
