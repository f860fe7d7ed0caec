"""Which operations a caller sees."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from graph.context import Context
from graph.model.errors import NotFound
from graph.model.operation import OperationFilter
from graph.model.window import Window
from graph.resolvers import operations
from graph.store import Store
from tests.resolvers.lab import asking, opened
from tests.store.operations import accepted, change_operation
from tests.world import LAB, OTHER

ALL = OperationFilter()
HOME, FAR = "us-east-1", "eu-west-1"


async def seen(context: Context, wanted: OperationFilter = ALL) -> set[str]:
    found = await operations.list_operations(context, wanted, Window(99))
    return {operation.id for _, operation in found}


async def furnish(store: Store) -> None:
    await accepted(store, "a")
    await accepted(store, "b", group="h")
    await accepted(store, "c", account_id=OTHER)
    await accepted(store, "d", group=None)
    await accepted(store, "e", region=FAR)


async def test_a_list_has_what_the_caller_sees(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        await furnish(services.store)
        assert await seen(asking(services)) == {"a", "b", "c", "d", "e"}
        assert await seen(asking(services, accounts=frozenset({LAB}))) == {"a", "b", "d", "e"}
        assert await seen(asking(services, groups=frozenset({"h"}))) == {"b"}
        home, far = (asking(services, regions=frozenset({each})) for each in (HOME, FAR))
        assert await seen(home) == {"a", "b", "c", "d"}
        assert await seen(far) == {"e"}
        assert await seen(far, OperationFilter(region=HOME)) == set()
        nobody = asking(services, accounts=frozenset(), groups=frozenset())
        assert await seen(nobody, OperationFilter(account_id=LAB)) == set()


async def test_a_list_has_only_the_accounts_of_the_settings(tmp_path: Path) -> None:
    async with opened(tmp_path, OTHER) as services:
        await furnish(services.store)
        assert await seen(asking(services)) == {"c"}
        assert await seen(asking(services, accounts=frozenset({LAB}))) == set()


async def test_an_operation_of_another_region_is_not_found(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        await furnish(services.store)
        for region, own, other in ((HOME, "a", "e"), (FAR, "e", "a")):
            context = asking(services, regions=frozenset({region}))
            assert (await operations.get_operation(context, own)).id == own
            with pytest.raises(NotFound):
                await operations.get_operation(context, other)


@pytest.mark.parametrize("unknown", ["a", "zz", "", "\0", "x" * 37, "\ud800"])
async def test_what_a_caller_does_not_see_is_not_found(tmp_path: Path, unknown: str) -> None:
    async with opened(tmp_path) as services:
        await furnish(services.store)
        context = asking(services, groups=frozenset({"h"}))
        assert (await operations.get_operation(context, "b")).id == "b"
        with pytest.raises(NotFound, match=r"^The operation does not exist, or has expired\.$"):
            await operations.get_operation(context, unknown)
        with pytest.raises(NotFound, match=r"^The operation does not exist, or has expired\.$"):
            await operations.wait_for_operation(context, unknown, 0)
        with pytest.raises(NotFound, match=r"^The operation does not exist, or has expired\.$"):
            await anext(aiter(operations.follow_operation(context, unknown)))


async def test_what_is_to_be_forgotten_is_not_found_though_the_store_has_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, keep=50) as services:
        for operation_id in ("old", "new", "alive"):
            await accepted(services.store, operation_id)
        await services.store.operations.end("new", None)
        await services.store.operations.end("old", None)
        await aged(services.store, "old", 51)
        await aged(services.store, "alive", 51)
        context = asking(services)
        assert await seen(context) == {"new", "alive"}
        assert (await operations.get_operation(context, "alive")).id == "alive"
        with pytest.raises(NotFound):
            await operations.get_operation(context, "old")


async def aged(store: Store, operation_id: str, seconds: float) -> None:
    """As if its last change were ``age`` seconds ago."""
    await change_operation(store, operation_id, updated_at=time.time() - seconds)
