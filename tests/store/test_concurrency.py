"""Every write of the store, many at once from two servers: none fails because of the others."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.model.audit import AuditAction, AuditPhase, AuditRecord, AuditTarget, Requester
from graph.model.errors import NameTaken
from graph.store import IdempotencyKey, Store, open_store
from tests.store.operations import new_operation
from tests.stores import BOTH, store_url

RUN = "arn:run"
TASK = "arn:task"
KEY = IdempotencyKey.of("me", "k", "what")
SETTLED = IdempotencyKey.of("me", "settled", "what")


@pytest.fixture(params=BOTH)
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Store]]:
    with store_url(request.param, tmp_path) as url:
        async with open_store(url) as one, open_store(url) as two:
            yield [one, two]


async def begin(store: Store, number: int) -> None:
    with suppress(NameTaken):
        await store.operations.begin(new_operation("same"))


async def begin_keyed(store: Store, number: int) -> None:
    with suppress(NameTaken):
        await store.operations.begin(new_operation(f"k{number}"), SETTLED)


async def say(store: Store, number: int) -> None:
    (row, *_) = await store.operations.unended()
    await store.operations.add_events(row.id, f"message {number % 3}")


async def end(store: Store, number: int) -> None:
    for row in await store.operations.unended():
        await store.operations.end(row.id, None, f"last words {number}")


async def end_deletion(store: Store, number: int) -> None:
    for row in await store.operations.unended():
        await store.operations.end_deletion(row.id)


async def late(store: Store, number: int) -> None:
    await store.late_effects.expect([f"o{number % 3}", f"o{number % 2}"])
    await store.late_effects.claim_due(store.now(), shortest=1, longest=2, window=3)


async def audit(store: Store, number: int) -> None:
    record = AuditRecord(
        attempt="a",
        at=datetime.now(UTC),
        phase=AuditPhase.REFUSED,
        action=AuditAction.STOP_MOVER,
        requester=Requester(key="k"),
        target=AuditTarget(),
    )
    await store.audit.append(record)
    await store.audit.forget(0)


WRITES: dict[str, Callable[[Store, int], Awaitable[Any]]] = {
    "begin_operation": begin,
    "begin_operation with a key": begin_keyed,
    "event": say,
    "end_operation": end,
    "end_deletion": end_deletion,
    "set_task": lambda store, number: store.operations.set_task("none", f"{number}"),
    "set_parts": lambda store, number: store.operations.set_parts("none", [(f"{number}", None)]),
    "note_swept": lambda store, _: store.operation_lists.note_swept(["none"]),
    "forget": lambda store, _: store.retention.delete_expired(store.now() + 60),
    "claim_key": lambda store, number: store.idempotency.claim(KEY, f"holder {number}"),
    "settle_key": lambda store, _: store.idempotency.settle(KEY, "result"),
    "drop_key": lambda store, _: store.idempotency.drop(KEY),
    "release_key": lambda store, _: store.idempotency.release(KEY),
    "beat": lambda store, _: store.replicas.beat("one replica"),
    "retire": lambda store, _: store.replicas.retire("one replica"),
    "claim_replica": lambda store, number: store.replicas.claim("one replica", number % 2 or None),
    "claim_start": lambda store, number: store.runs.claim_start(TASK, f"{number}"),
    "end_start": lambda store, number: store.runs.end_start(TASK, f"{number}", RUN, "me"),
    "note_started": lambda store, number: store.runs.note_started(RUN, f"{number}"),
    "request_cancellation": lambda store, number: store.runs.request_cancellation(
        RUN, f"{number % 2}", "me"
    ),
    "confirm_cancellation": lambda store, _: store.runs.confirm_cancellation(RUN, "0"),
    "withdraw_cancellation": lambda store, _: store.runs.withdraw_cancellation(RUN, "1"),
    "late effects": late,
    "audit": audit,
}


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_does_not_fail_because_others_do_the_same(
    stores: list[Store], name: str
) -> None:
    await stores[0].operations.begin(new_operation("mine", task_arn=TASK))
    turns = zip(itertools.cycle(stores), range(24), strict=False)
    await asyncio.gather(*(WRITES[name](store, number) for store, number in turns))


async def test_writes_of_all_kinds_do_not_fail_because_of_each_other(stores: list[Store]) -> None:
    await stores[0].operations.begin(new_operation("mine", task_arn=TASK))
    pairs = zip(itertools.cycle(stores), list(WRITES.values()) * 3, range(100), strict=False)
    await asyncio.gather(*(write(store, n) for store, write, n in pairs if write is not say))


async def test_every_heartbeat_is_counted(stores: list[Store]) -> None:
    await asyncio.gather(*(stores[n % 2].replicas.beat("replica") for n in range(20)))
    assert await stores[0].replicas.beat("replica") == {"replica": 20}
