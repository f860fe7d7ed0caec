"""``python -m tests.chaos --seconds 120 --replicas 3 --store postgres --seed 1``; status 1 where
something was lost or left over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from graph.store import open_store
from tests.chaos.clients import work
from tests.chaos.field import PACE, Field, server
from tests.chaos.monkey import misbehave
from tests.chaos.verdict import judge
from tests.processes import SandboxProcess
from tests.stores import store_url
from tests.world import LAB

CLIENTS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311
    parser.add_argument("--keep", type=Path, help="a folder for the servers' logs")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        store_url(given.store, Path(temporary)) as url,
        SandboxProcess(**PACE) as aws,
    ):
        aws.furnish(LAB)
        os.environ.update(aws.environment)
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        on = asyncio.run(play(given, aws, url, folder))
    told = {"seconds": given.seconds, "replicas": given.replicas, "store": given.store}
    figures = {"seed": given.seed, **told, **dict(sorted(on.counts.items()))}
    print(json.dumps(figures | {"problems": on.problems}, indent=2))  # noqa: T201 - its purpose
    return 1 if on.problems else 0


async def play(given: argparse.Namespace, aws: SandboxProcess, url: str, folder: Path) -> Field:
    servers = [server(aws, url, folder, number) for number in range(given.replicas)]
    try:
        for one in servers:
            await asyncio.to_thread(one.start)
        async with open_store(url) as store:
            on = Field(aws, servers, store, random.Random(given.seed))  # noqa: S311
            await _for_a_while(on, given.seconds)
            on.counts["calls to AWS"] = sum(aws.control("GET", "calls").values())
            await judge(on)
    finally:
        for one in servers:
            one.stop()
    return on


async def _for_a_while(on: Field, seconds: float) -> None:
    """The clients leave last: a request under way is answered."""
    monkey = asyncio.create_task(misbehave(on))
    clients = [asyncio.create_task(work(on, number)) for number in range(CLIENTS)]
    done, _ = await asyncio.wait(
        [monkey, *clients], timeout=seconds, return_when=asyncio.FIRST_EXCEPTION
    )
    for task in (monkey, *clients):
        task.cancel()
    await asyncio.gather(monkey, *clients, return_exceptions=True)
    for task in done:
        task.result()


if __name__ == "__main__":
    sys.exit(main())
