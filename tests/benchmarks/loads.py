"""CPU of documents that read from AWS, with plans and without; by hand.

The server, in this process, on the embedded AWS: the CPU is that of the thread with the event loop,
in which the AWS that is embedded does nothing. Requests alternate between a server that compiles
documents and one that does not, each with the same movers, which it has listed before.

``python -m tests.benchmarks.loads [--movers 100] [--requests 20]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
import orjson

from graph.sandbox import Sandbox
from tests.test_call_counts import many, spent
from tests.test_call_counts_of_locations import with_own_ends
from tests.world import LAB, serving

_MOVERS: Final = f'account(id: "{LAB}") {{ movers(first: 100) {{ nodes {{ %s }} }} }}'
DOCUMENTS: Final = {
    "names and statuses": "id name status statusText mode group { name }",
    "locations": "id name status source { id uri kind } destination { id uri kind }",
    "locations and current run": """id name status source { id uri kind }
        destination { id uri kind } currentRun { id status outcome progress { percent } }""",
    "locations, current and last run": """id name status source { id uri kind }
        destination { id uri kind } currentRun { id status outcome progress { percent } }
        lastRun { id status outcome requestedAt endedAt startedBy }""",
    "runs": "id name runs(first: 5) { totalCount nodes { id status outcome requestedAt } }",
}
RAN: Final = 50
ACTIVE: Final = 5
Ask = Callable[[str], Awaitable[float]]


def furnished(aws: Sandbox, count: int) -> None:
    """Movers with locations of their own, half of which ran; a few are running."""
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    tasks = many(aws, count)
    with_own_ends(aws, tasks)
    backend = datasync_backends[LAB]["us-east-1"]
    aws.turn(0)
    for task in tasks[:RAN]:
        backend.start_task_execution({"TaskArn": task.arn})
    aws.turn(60)
    aws.set_pace(launch=100_000)
    for task in tasks[:ACTIVE]:
        backend.start_task_execution({"TaskArn": task.arn})


def asking(client: httpx.AsyncClient) -> Ask:
    async def ask(document: str) -> float:
        """Milliseconds of the thread."""
        body = orjson.dumps({"query": document})
        before = time.thread_time()
        response = await client.post(
            "/graphql", content=body, headers={"Content-Type": "application/json"}
        )
        used = 1e3 * (time.thread_time() - before)
        answer: dict[str, Any] = orjson.loads(response.content)
        assert "errors" not in answer, answer
        return used

    return ask


async def measure(aws: Sandbox, folder: Path, requests: int) -> None:
    async with AsyncExitStack() as stack:
        asks = [
            asking(
                await stack.enter_async_context(
                    serving(folder / str(compiled), compile_documents=compiled)
                )
            )
            for compiled in (False, True)
        ]
        for name, selection in DOCUMENTS.items():
            document = f"{{ {_MOVERS % selection} }}"
            for ask in asks:
                for _ in range(3):
                    await ask(document)
            spent(aws)
            await asks[0](document)
            calls = [sum(spent(aws).values())]
            await asks[1](document)
            calls.append(sum(spent(aws).values()))
            pairs = [[await ask(document) for ask in asks] for _ in range(requests)]
            plain, compiled = (median(column) for column in zip(*pairs, strict=True))
            ratio = median(first / second for first, second in pairs)
            print(  # noqa: T201 - the figures
                f"{name:34} {plain:6.1f} ms, with plans {compiled:6.1f} ms: {ratio:.2f} times as "
                f"long without; calls to AWS {calls[0]} and {calls[1]}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loads")
    parser.add_argument("--movers", type=int, default=100)
    parser.add_argument("--requests", type=int, default=20)
    options = parser.parse_args()
    with Sandbox() as aws, tempfile.TemporaryDirectory() as folder:
        os.environ.update(aws.environment)
        furnished(aws, options.movers)
        asyncio.run(measure(aws, Path(folder), options.requests))


if __name__ == "__main__":
    main()
