"""Time and memory of five clients in each of 50 accounts; by hand, as a module."""

from __future__ import annotations

import asyncio
import resource
import time

from graph.aws.access import Access
from graph.aws.clients import Clients

ACCOUNTS = 50
KINDS = (
    ("datasync", Access.READ),
    ("resourcegroupstaggingapi", Access.READ),
    ("datasync", Access.RUN),
    ("datasync", Access.MANAGE),
    ("iam", Access.MANAGE),
)


def mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main() -> None:
    async with Clients(region="us-east-1", role="r", org="o", external_id=None) as clients:
        before, started = mebibytes(), time.perf_counter()
        for account in range(ACCOUNTS):
            for service, access in KINDS:
                await clients.get(f"{account:012}", service, access)
        seconds, grown = time.perf_counter() - started, mebibytes() - before
    print(f"{ACCOUNTS * len(KINDS)} clients: {seconds:.2f} s, {grown:.0f} MiB")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
