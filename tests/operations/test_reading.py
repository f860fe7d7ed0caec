"""Reads of operations: how long each is shown, in pages, and as it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.model.errors import NotFound, Upstream
from graph.model.operation import OperationFilter, OperationKind, OperationStatus
from graph.model.window import Window
from graph.operations import reading
from graph.operations.reading import OperationReader
from graph.store import IdempotencyKey, OperationRecords, Store, StoredOperation, open_store
from tests.operations.stepped import SteppedTime
from tests.store.operations import change_operation, new_operation
from tests.stores import migrated_file

KEEP = 3_600.0
EVERYTHING = OperationFilter()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as opened:
        yield opened


async def begin(
    store: Store, age: float = 0.0, key: IdempotencyKey | None = None, name: str = "one"
) -> str:
    """The id of an operation that was accepted and last changed ``age`` seconds ago."""
    at = store.now() - age
    begun = await store.operations.begin(new_operation(name), key)
    await change_operation(store, begun.operation_id, created_at=at, updated_at=at)
    return begun.operation_id


@pytest.mark.parametrize(
    ("age", "ended", "keyed", "shown"),
    [
        (0.0, True, False, True),
        (KEEP - 60, True, False, True),
        (KEEP + 60, True, False, False),
        (KEEP + 60, True, True, True),
        (KEEP + 60, False, False, True),
        (100 * KEEP, False, False, True),
    ],
)
async def test_an_operation_is_shown_until_it_has_expired_and_no_key_leads_to_it(
    store: Store, age: float, *, ended: bool, keyed: bool, shown: bool
) -> None:
    reader = OperationReader(store, KEEP)
    operation_id = await begin(store, age, IdempotencyKey.of("me", "k", "what") if keyed else None)
    if ended:
        await store.operations.end(operation_id, "why", at=store.now() - age)
    listed = [operation.id for _, operation in await reader.page(EVERYTHING, Window(9))]
    assert listed == [operation_id] * shown
    assert (await reader.get(operation_id)).id == operation_id
    if shown:
        assert (await reader.shown(operation_id)).id == operation_id
    else:
        with pytest.raises(NotFound):
            await reader.shown(operation_id)


async def test_an_unknown_operation_is_not_found(store: Store) -> None:
    reader = OperationReader(store, KEEP)
    for read in (reader.get, reader.shown, reader.accepted):
        with pytest.raises(NotFound):
            await read("00000000-0000-4000-8000-000000000000")


async def test_an_accepted_operation_that_cannot_be_read_is_said_to_be_accepted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_records: OperationRecords, _operation_id: str) -> StoredOperation:
        raise Upstream("the store does not answer; try again")

    operation_id = await begin(store)
    monkeypatch.setattr(OperationRecords, "get", away)
    reader = OperationReader(store, KEEP)
    with pytest.raises(Upstream, match=r"was accepted.*instead of repeating"):
        await reader.accepted(operation_id)
    with pytest.raises(Upstream, match="does not answer; try again"):
        await reader.get(operation_id)


@pytest.mark.parametrize("first", [1, 2, 3, 6, 7])
async def test_pages_continue_at_the_place_of_the_last_operation(store: Store, first: int) -> None:
    reader = OperationReader(store, KEEP)
    # Two of each age, so that places with the same time follow each other.
    ids = {await begin(store, 60.0 * (n // 2), name=f"m{n}") for n in range(6)}
    found, after = list[str](), None
    while page := await reader.page(EVERYTHING, Window(first, after)):
        assert len(page) <= first
        found += [operation.id for _, operation in page]
        after = page[-1][0]
    assert len(found) == 6
    assert set(found) == ids


async def test_a_follower_gets_each_state_once_and_the_end_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LOOK", 0.0)
    reader, operation_id = OperationReader(store, KEEP), await begin(store)
    seen = []
    async for operation in reader.follow(operation_id):
        seen.append((operation.status.value, [event.message for event in operation.events]))
        if len(seen) == 1:
            await store.operations.add_events(operation_id, "creating")
        elif len(seen) == 2:
            await store.operations.end(operation_id, None, "created")
    assert seen == [
        ("CREATED", []),
        ("RUNNING", ["creating"]),
        ("COMPLETED", ["creating", "created"]),
    ]


@pytest.mark.parametrize("failure", [None, "why"])
async def test_an_operation_of_a_newer_server_is_shown_and_followed_to_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch, failure: str | None
) -> None:
    monkeypatch.setattr(reading, "_LOOK", 0.0)
    reader, operation_id = OperationReader(store, KEEP), await begin(store)
    await change_operation(store, operation_id, kind="ARCHIVE_MOVER", status="PAUSED")
    ((_, listed),) = await reader.page(EVERYTHING, Window(9))
    assert (listed.kind, listed.status) == (OperationKind.OTHER, OperationStatus.OTHER)
    changes = {"status": "WITHDRAWN", "ended_at": store.now(), "failure": failure}
    seen = []
    async for operation in reader.follow(operation_id):
        seen.append((operation.ended, operation.failure and operation.failure.message))
        if len(seen) == 1:
            await change_operation(store, operation_id, **changes)
    assert seen == [(False, None), (True, failure)]


async def test_a_follower_of_an_operation_that_does_not_end_is_disconnected(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SteppedTime()
    monkeypatch.setattr(reading, "time", clock)
    monkeypatch.setattr(reading, "asyncio", clock)
    monkeypatch.setattr(reading, "_LOOK", 600.0)
    reader, operation_id = OperationReader(store, KEEP), await begin(store)
    statuses = [operation.status async for operation in reader.follow(operation_id)]
    assert statuses == [OperationStatus.CREATED]
    assert clock.seconds == reading._FOLLOWED


@pytest.mark.parametrize("failure", [None, "why"])
async def test_waiting_returns_the_end_or_the_state_after_the_time_is_over(
    store: Store, monkeypatch: pytest.MonkeyPatch, failure: str | None
) -> None:
    monkeypatch.setattr(reading, "_LOOK", 0.0)
    reader, operation_id = OperationReader(store, KEEP), await begin(store)
    assert (await reader.wait(operation_id, 0.0)).status is OperationStatus.CREATED
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(reader.wait(operation_id, 60.0))
        await store.operations.end(operation_id, failure)
    assert waiting.result().ended
    found = waiting.result().failure
    assert (found and found.message) == failure
