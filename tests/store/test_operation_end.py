"""How operations end: once, with their last events and an audit record."""

from __future__ import annotations

import asyncio
import time

import pytest

from graph.model.audit import (
    Requester,
)
from graph.model.operation import OperationFailure
from graph.store import Parts, Store
from tests.store.operations import new_operation
from tests.store.test_audit import whole


async def test_events_keep_their_order_within_one_tick(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    operation_id = (await store.operations.begin(new_operation())).operation_id
    said = [f"{letter}" for letter in "zyxabc"]
    for message in said:
        assert await store.operations.add_events(operation_id, message)
    assert not await store.operations.add_events(operation_id, "z")
    row = await store.operations.get(operation_id)
    assert [message for _, message in row.events] == said


async def test_events_said_at_once_are_all_kept(store: Store) -> None:
    operation_id = (await store.operations.begin(new_operation())).operation_id
    await asyncio.gather(*(store.operations.add_events(operation_id, f"{n}") for n in range(20)))
    row = await store.operations.get(operation_id)
    assert sorted(int(message) for _, message in row.events) == list(range(20))


async def test_no_event_is_later_than_the_end(store: Store) -> None:
    operation_id = (await store.operations.begin(new_operation())).operation_id
    await store.operations.end(operation_id, None, "one", "two")
    row = await store.operations.get(operation_id)
    assert [message for _, message in row.events] == ["one", "two"]
    assert row.ended_at is not None
    assert row.ended_at >= max(at for at, _ in row.events)


async def test_an_end_is_final(store: Store) -> None:
    operation_id = (await store.operations.begin(new_operation())).operation_id
    await store.operations.end(operation_id, "why")
    await store.operations.add_events(operation_id, "late")
    await store.operations.end(operation_id, None)
    row = await store.operations.get(operation_id)
    assert (row.status, row.failure) == ("FAILED", "why")


async def test_an_operation_that_many_end_at_once_is_recorded_once(store: Store) -> None:
    begun = await store.operations.begin(
        new_operation(requested_key="key", on_behalf_of="ann", requested_by="key for ann")
    )
    ends = [store.operations.end(begun.operation_id, why) for why in ("why", None, "why", None)]
    await asyncio.gather(*ends)
    (end,) = await whole(store, operation_id=begun.operation_id)
    status = (await store.operations.get(begun.operation_id)).status
    assert end.phase.value == status
    assert (end.requester.key, end.requester.on_behalf_of) == ("key", "ann")
    assert (end.target.group, end.target.mover_name) == ("g", "one")


async def test_the_end_of_an_operation_of_an_older_version_names_who_asked(store: Store) -> None:
    begun = await store.operations.begin(new_operation())
    await store.operations.end(begun.operation_id, None)
    (end,) = await whole(store)
    assert end.requester == Requester(key="me")


async def test_the_end_of_a_deletion_names_its_locations_and_roles(store: Store) -> None:
    begun = await store.operations.begin(new_operation(kind="DELETE_MOVER", task_arn="t"))
    await store.operations.set_parts(begun.operation_id, [("l1", "r"), ("l2", None), ("l1", "r")])
    await store.operations.end_deletion(begun.operation_id)
    (end,) = await whole(store)
    assert end.target.resources == ("l1", "r", "l2")


@pytest.mark.parametrize("failure", [None, "why"])
async def test_the_end_of_a_create_names_what_it_has_made_and_keeps_nothing_of_it(
    store: Store, failure: str | None
) -> None:
    begun = await store.operations.begin(new_operation())
    made: Parts = [("l1", "r"), ("l2", None)]
    await store.operations.set_task(begun.operation_id, "t", made)
    assert (await store.operations.get(begun.operation_id)).parts == made
    await store.operations.end(begun.operation_id, failure)
    (end,) = await whole(store)
    assert end.target.resources == ("l1", "r", "l2")
    assert (await store.operations.get(begun.operation_id)).parts is None


async def test_a_create_that_was_rolled_back_names_nothing(store: Store) -> None:
    begun = await store.operations.begin(new_operation())
    await store.operations.set_task(begun.operation_id, "t", [("l1", "r")])
    await store.operations.set_task(begun.operation_id, None)
    await store.operations.end(begun.operation_id, "why")
    (end,) = await whole(store)
    assert (end.target.task_arn, end.target.resources) == (None, ())


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (OperationFailure("why", "QUOTA_EXCEEDED"), "QUOTA_EXCEEDED"),
        (OperationFailure("why"), "OPERATION_FAILED"),
        (None, None),
    ],
)
async def test_the_end_of_an_operation_has_the_code_of_its_failure(
    store: Store, failure: OperationFailure | None, code: str | None
) -> None:
    begun = await store.operations.begin(new_operation())
    await store.operations.end(begun.operation_id, failure)
    (end,) = await whole(store)
    assert end.error_code == code
