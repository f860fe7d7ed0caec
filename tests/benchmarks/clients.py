"""Time and memory of five clients in each of 50 accounts; by hand, as a module."""

from __future__ import annotations

import asyncio
import resource
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients

ACCOUNTS = 50
KINDS = (
    ("datasync", Access.READ),
    ("resourcegroupstaggingapi", Access.READ),
    ("datasync", Access.RUN),
    ("datasync", Access.MANAGE),
    ("iam", Access.MANAGE),
)


class Sts:
    """Grants everything at once: the time of the clients is measured, not that of AWS."""

    meta = SimpleNamespace(region_name="us-east-1")

    async def assume_role(self, **_: Any) -> dict[str, Any]:
        ends = datetime.now(UTC) + timedelta(hours=1)
        keys = {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": ends}}


def mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main() -> None:
    async with Clients(region="us-east-1", role="r", org="o", external_id=None) as clients:
        clients._sts = Sts()
        before, started, busy = mebibytes(), time.perf_counter(), time.process_time()
        longest = 0.0
        for account in range(ACCOUNTS):
            for service, access in KINDS:
                began = time.process_time()
                await clients.get(f"{account:012}", "us-east-1", service, access)
                longest = max(longest, time.process_time() - began)
        seconds, grown = time.perf_counter() - started, mebibytes() - before
        busy = time.process_time() - busy
    print(  # noqa: T201
        f"{ACCOUNTS * len(KINDS)} clients: {seconds:.2f} s, of which {busy:.2f} s of a core, "
        f"{grown:.0f} MiB; the event loop stood for {1000 * longest:.0f} ms at most"
    )


if __name__ == "__main__":
    asyncio.run(main())
