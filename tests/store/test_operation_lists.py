"""Lists of operations, what is swept, and what is forgotten; on both stores."""

from __future__ import annotations

import time

from graph.model.operation import OperationFilter, OperationKind, OperationPlace, OperationStatus
from graph.model.window import Window
from graph.store import Store, StoredOperation
from tests.store.operations import LAB, accepted, change_operation

EVER = 0.0


def ids(rows: list[StoredOperation]) -> list[str]:
    return [row.id for row in rows]


async def test_the_newest_come_first_and_a_page_begins_behind_a_place(store: Store) -> None:
    for operation_id, at in (("a", 1.0), ("c", 2.0), ("b", 2.0), ("d", 3.1234567)):
        await accepted(store, operation_id)
        await change_operation(store, operation_id, created_at=at)
    wanted = OperationFilter()
    assert ids(await store.operation_lists.page(wanted, EVER, Window(9))) == ["d", "c", "b", "a"]
    first = await store.operation_lists.page(wanted, EVER, Window(2))
    assert ids(first) == ["d", "c"]
    behind = OperationPlace(first[-1].created_at, "c")
    assert ids(await store.operation_lists.page(wanted, EVER, Window(2, behind))) == ["b", "a"]
    exact = OperationPlace(first[0].created_at, "d")
    assert ids(await store.operation_lists.page(wanted, EVER, Window(1, exact))) == ["c"]


async def test_what_has_changed_in_an_account_is_found_with_the_time_of_its_last_step(
    store: Store,
) -> None:
    for operation_id in ("done", "old", "under way", "elsewhere"):
        account = "3" * 12 if operation_id == "elsewhere" else LAB
        await accepted(store, operation_id, account_id=account)
    await accepted(store, "far", region="eu-west-1")
    await change_operation(store, "done", updated_at=200.0, ended_at=200.0, mover_group=None)
    await change_operation(store, "old", updated_at=50.0, ended_at=50.0)
    await change_operation(store, "under way", updated_at=60.0)
    lists = store.operation_lists
    changed = await lists.changed_since(LAB, 100.0, 9)
    assert changed == {"under way": ("g", 60.0), "done": (None, 200.0)}
    await store.operations.add_events("under way", "a step")
    stepped = await lists.changed_since(LAB, 100.0, 9)
    assert stepped["done"] == changed["done"]
    assert stepped["under way"][1] > 60.0
    assert len(await lists.changed_since(LAB, 0.0, 2)) == 2
    assert (await lists.changed_since(LAB, 0.0, 9, "eu-west-1")).keys() == {"far"}


async def test_words_of_a_newer_server_are_kept_and_found_as_other(store: Store) -> None:
    await accepted(store, "a")
    await accepted(store, "b", kind="ARCHIVE_MOVER")
    await change_operation(store, "b", status="PAUSED")
    wanted = (
        OperationFilter(kind=OperationKind.OTHER),
        OperationFilter(status=OperationStatus.OTHER),
    )
    for each in wanted:
        (row,) = await store.operation_lists.page(each, EVER, Window(9))
        assert (row.id, row.kind, row.status) == ("b", "ARCHIVE_MOVER", "PAUSED")


async def test_a_filter_takes_each_of_its_parts(store: Store) -> None:
    await accepted(store, "a")
    await accepted(store, "b", account_id="333333333333", group="h")
    await accepted(store, "c", kind="DELETE_MOVER", group=None)
    await store.operations.add_events("a", "begun")
    for wanted, found in (
        (OperationFilter(account_id=LAB), {"a", "c"}),
        (OperationFilter(group="h"), {"b"}),
        (OperationFilter(mover_name="c"), {"c"}),
        (OperationFilter(kind=OperationKind.CREATE_MOVER), {"a", "b"}),
        (OperationFilter(status=OperationStatus.RUNNING), {"a"}),
        (OperationFilter(account_id=LAB, kind=OperationKind.CREATE_MOVER), {"a"}),
        (OperationFilter(accounts=frozenset({LAB})), {"a", "c"}),
        (OperationFilter(accounts=frozenset()), set()),
        (OperationFilter(groups=frozenset({"g", "h"})), {"a", "b"}),
        (OperationFilter(group="h", groups=frozenset({"g"})), set()),
    ):
        assert set(ids(await store.operation_lists.page(wanted, EVER, Window(9)))) == found, wanted


async def test_what_ended_and_is_to_be_forgotten_is_not_listed(store: Store) -> None:
    await accepted(store, "ended")
    await store.operations.end("ended", None)
    await accepted(store, "alive")
    await change_operation(store, "alive", updated_at=1.0)
    later = time.time() + 1
    assert ids(await store.operation_lists.page(OperationFilter(), later, Window(9))) == ["alive"]


async def test_the_tasks_that_were_made_lately_are_those_of_creates_of_the_group(
    store: Store,
) -> None:
    await accepted(store, "a")
    await accepted(store, "b", group="h")
    await accepted(store, "c", kind="DELETE_MOVER")
    await accepted(store, "d", account_id="333333333333")
    await accepted(store, "e")
    await accepted(store, "r", region="eu-west-1")
    for operation_id in "abcder":
        changes = {"task_arn": f"arn:{operation_id}", "updated_at": 5.0 + 4 * (operation_id != "e")}
        await change_operation(store, operation_id, **changes)
    await accepted(store, "f")  # has no task yet
    lists = store.operation_lists
    assert await lists.made_since(LAB, "g", 9.0) == {"arn:a"}
    assert await lists.made_since(LAB, "g", 5.0) == {"arn:a", "arn:e"}
    assert await lists.made_since(LAB, "g", 9.1) == frozenset()
    assert await lists.made_since(LAB, "g", 9.0, "eu-west-1") == {"arn:r"}
    assert await lists.made_since(LAB, "h", 0.0) == {"arn:b"}


async def test_what_has_not_ended_is_counted_by_status(store: Store) -> None:
    assert await store.operation_lists.unended_by_status() == {}
    for number, operation_id in enumerate("abcd"):
        await accepted(store, operation_id)
        await change_operation(store, operation_id, created_at=10.0 + number)
    await change_operation(store, "c", status="RUNNING")
    await store.operations.end("d", None)
    assert await store.operation_lists.unended_by_status() == {
        "CREATED": (2, 10.0),
        "RUNNING": (1, 12.0),
    }
