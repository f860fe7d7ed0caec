"""One workflow's attempt at an operation: its slot, its journalled steps, its events, its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from dbos import DBOS

from graph.concurrency import Work, begin_work
from graph.model.mover import place_key
from graph.model.operation import OperationFailure
from graph.observability import tracing
from graph.operations.inputs import trace_of
from graph.operations.runtime import Runtime
from graph.store import StoredOperation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Every call to the store is repeated until it is answered. Raises Upstream after an hour."""

    runtime: Runtime
    operation_id: str

    async def read(self) -> StoredOperation:
        """The operation as the store has it."""
        return await self._store(lambda: self.runtime.store.operations.get(self.operation_id))

    @asynccontextmanager
    async def slot(self, row: StoredOperation) -> AsyncIterator[None]:
        """Waits until the account has room for one more, and is drained when the process stops.

        The calls to AWS have the turns of the caller who requested the operation.
        """
        self.runtime.retries.ensure_running()
        running, task, asked = self.runtime.running, asyncio.current_task(), time.monotonic()
        if task is None:
            raise RuntimeError("a workflow runs in a task")
        running[task] = self.operation_id
        begin_work(Work((row.requested_key, row.requested_by, row.id)))
        limiter = self.runtime.limiter
        try:
            with _operation_span(row):
                place = place_key(row.account_id, row.region)
                async with limiter.slot(place, row.group, row.requested_key):
                    # Another replica may have taken it over while it waited.
                    await self.runtime.heartbeat.ensure_owner(asked)
                    yield
        finally:
            running.pop(task, None)

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Runs a part once: its result is journalled, and a resumed workflow continues behind it.

        The order and the names of steps are part of the journal's format.
        """

        async def call() -> T:  # the engine journals the name that it is given, not the function's
            with tracing.span(f"step {name}", {"operation.id": self.operation_id}):
                return await work()

        return await DBOS.run_step_async({"name": name}, call)

    async def note(self, *messages: str) -> bool:
        """Adds events to the operation, each once. False if it has all of them already."""
        return await self._store(
            lambda: self.runtime.store.operations.add_events(self.operation_id, *messages)
        )

    async def complete(self, message: str) -> None:
        """Ends the operation with a last event."""
        end = self.runtime.store.operations.end
        await self._store(lambda: end(self.operation_id, None, message))

    async def complete_deletion(self) -> None:
        """Ends a deletion that has left nothing."""
        await self._store(lambda: self.runtime.store.operations.end_deletion(self.operation_id))

    async def fail(self, failure: OperationFailure) -> str:
        """Ends the operation with its failure, whose reason it returns."""
        await self._store(lambda: self.runtime.store.operations.end(self.operation_id, failure))
        return failure.message

    async def _store(self, work: Callable[[], Awaitable[T]]) -> T:
        return await self.runtime.retries.call_store(work)


def _operation_span(row: StoredOperation) -> tracing.OpenSpan:
    """Part of the trace of the request that the operation was accepted from, on any attempt."""
    if not tracing.is_on():
        return nullcontext()
    attributes = {"operation.id": row.id, "account": row.account_id, "mover": row.mover_name}
    attributes |= {"region": row.region} if row.region else {}
    return tracing.continued_span(f"operation {row.kind}", trace_of(row.input), attributes)
