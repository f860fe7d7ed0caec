"""A runtime for retries and waits that take no time: each sleep moves the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest

from graph.operations import retries, settling
from graph.operations.heartbeat import Heartbeat
from graph.operations.retries import Retries, RetryPolicy
from graph.operations.runtime import Runtime
from graph.store import open_store
from tests.stores import migrated_file

if TYPE_CHECKING:
    from graph.aws.client.gateway import Gateway
    from graph.rights.policy import ResourcePolicy

POLICY: Final = RetryPolicy(settle=30.0, poll=2.0, create_seconds=120.0, store_seconds=600.0)
OPERATION: Final = "00000000-0000-4000-8000-000000000001"


class SteppedTime:
    """Takes the place of ``time`` and of ``asyncio`` in the modules that wait."""

    runtime: Runtime
    CancelledError = asyncio.CancelledError

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@asynccontextmanager
async def stepped_runtime(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SteppedTime]:
    """The clock of a runtime with a store and a heartbeat, and without AWS."""
    clock = SteppedTime()
    for module in (retries, settling):
        monkeypatch.setattr(module, "time", clock)
        monkeypatch.setattr(module, "asyncio", clock)
    async with open_store(migrated_file(folder / "db.sqlite")) as store:
        gateway, resources = cast("Gateway", None), cast("ResourcePolicy", None)
        heartbeat = Heartbeat(store.replicas, "mine", 1e9)
        retries_of = Retries(POLICY, heartbeat)
        clock.runtime = Runtime(gateway, store, retries_of, heartbeat, resources)
        yield clock
