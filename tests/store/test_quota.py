"""The quota of tasks: creates under way count, and what the list shows counts once."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.model.errors import QuotaExceeded
from graph.store import Quota, Store, open_store
from graph.store.tables import OPERATIONS
from tests.store.operations import new_operation
from tests.stores import BOTH, store_url

LISTED = frozenset({"arn:1", "arn:2"})


async def begin(store: Store, name: str, quota: Quota) -> bool:
    """Whether the create is accepted."""
    try:
        await store.operations.begin(new_operation(name), None, quota)
    except QuotaExceeded:
        return False
    return True


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(("limit", "room"), [(2, 0), (3, 1), (5, 3), (100, 8)])
async def test_of_concurrent_creates_on_two_servers_as_many_are_accepted_as_there_is_room_for(
    kind: str, tmp_path: Path, limit: int, room: int
) -> None:
    with store_url(kind, tmp_path) as url:
        async with open_store(url) as one, open_store(url) as two:
            quota = Quota(limit, LISTED, one.now())
            accepted = await asyncio.gather(
                *(begin((one, two)[n % 2], f"m{n}", quota) for n in range(8))
            )
            assert sum(accepted) == room
            assert len(await one.operations.unended()) == room


async def earlier(store: Store, story: str) -> None:
    """Another operation, before the create that asks for the last place."""
    changes = {
        "deletion": {"kind": "DELETE_MOVER"},
        "other account": {"account_id": "333333333333"},
        "other region": {"region": "eu-west-1"},
    }.get(story, {})
    begun = await store.operations.begin(new_operation("earlier", **changes))
    if story.startswith("completed"):
        await store.operations.set_task(
            begun.operation_id, "arn:1" if "listed" in story else "arn:3"
        )
        await store.operations.end(begun.operation_id, None)
    if story == "failed":
        await store.operations.end(begun.operation_id, "why")
    if story == "under way and listed":
        await store.operations.set_task(begun.operation_id, "arn:2")


@pytest.mark.parametrize(
    ("story", "accepted"),
    [
        ("under way", False),
        ("under way and listed", True),
        ("completed", False),
        ("completed and listed", True),
        ("failed", True),
        ("deletion", True),
        ("other account", True),
        ("other region", True),
    ],
)
async def test_an_operation_counts_while_it_may_have_a_task_that_is_not_listed(
    store: Store, story: str, *, accepted: bool
) -> None:
    last_place = Quota(len(LISTED) + 1, LISTED, store.now())
    await earlier(store, story)
    assert await begin(store, "last", last_place) == accepted


async def test_a_create_that_ended_before_the_list_was_requested_does_not_count(
    store: Store,
) -> None:
    await earlier(store, "completed")
    (ended,) = await store.database.rows(sa.select(OPERATIONS))
    assert not await begin(store, "one", Quota(3, LISTED, ended["ended_at"] - 0.001))
    assert await begin(store, "one", Quota(3, LISTED, ended["ended_at"]))


async def test_a_rejected_create_leaves_its_name_free_and_names_the_numbers(store: Store) -> None:
    await store.operations.begin(new_operation("earlier"))
    full = Quota(3, LISTED, store.now())
    with pytest.raises(
        QuotaExceeded, match=r"has 2 DataSync tasks and 1 being created.* quota is 3"
    ):
        await store.operations.begin(new_operation("one"), None, full)
    assert await begin(store, "one", Quota(4, LISTED, store.now()))


async def test_a_caller_who_may_not_see_all_groups_is_told_no_total(store: Store) -> None:
    full = Quota(2, LISTED, store.now(), tell_total=False)
    with pytest.raises(QuotaExceeded) as told:
        await store.operations.begin(new_operation("one", account_id="2" * 12), None, full)
    assert not set(re.findall(r"\d+", told.value.message)) - {"2" * 12}


async def test_a_group_has_no_more_than_its_share_of_the_quota(store: Store) -> None:
    own = frozenset({"arn:1"})
    await store.operations.begin(new_operation("earlier", group="lab"))
    await store.operations.begin(new_operation("others", group="shop"))
    new = new_operation("one", group="lab")
    with pytest.raises(QuotaExceeded, match="group 'lab' has 2 movers"):
        await store.operations.begin(new, None, Quota(100, LISTED, store.now(), 2, own))
    await store.operations.begin(new, None, Quota(100, LISTED, store.now(), 3, own))


@pytest.mark.parametrize("kind", ["CREATE_MOVER", "DELETE_MOVER"])
async def test_unfinished_operations_of_a_key_are_bounded_and_those_of_others_are_free(
    store: Store, kind: str
) -> None:
    async def accept(name: str, key: str) -> str:
        new = new_operation(name, kind, requested_key=key)
        return (await store.operations.begin(new, max_unfinished=2)).operation_id

    first, _ = [await accept(name, "flood") for name in ("one", "two")]
    with pytest.raises(QuotaExceeded, match="The key 'flood' has 2 operations in progress"):
        await accept("three", "flood")
    await accept("four", "honest")
    await store.operations.end(first, None)
    await accept("three", "flood")
