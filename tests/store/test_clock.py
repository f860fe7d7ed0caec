"""A clock that is set back neither hides an operation nor moves it in the list."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph.model.operation import OperationFilter
from graph.model.window import Window
from graph.store import Store, database, open_store
from graph.store.clock import StoreClock
from tests.store.operations import new_operation
from tests.stores import BOTH, migrated_file, store_url

HOUR = 3_600.0


def test_time_goes_on_by_the_monotonic_clock_while_its_source_is_behind() -> None:
    ticks = [0.0]
    clock = StoreClock(lambda: ticks[0])
    assert clock.follow(1e9) == 1e9
    ticks[0] += 5
    assert clock.follow(1e9 - 2 * HOUR) == 1e9 + 5
    ticks[0] += 3 * HOUR
    assert clock.now() == 1e9 + 5 + 3 * HOUR
    assert clock.follow(1e9 + 4 * HOUR) == 1e9 + 4 * HOUR


def test_time_follows_a_source_that_corrects_a_gross_error() -> None:
    clock = StoreClock(lambda: 0.0)
    clock.follow(2e9)
    assert clock.follow(1e9) == 1e9


class Host:
    """The clock of the host, which somebody can set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import time  # noqa: PLC0415 - the real one, before it is replaced

        self.ahead = 0.0
        fake = SimpleNamespace(
            time=lambda: time.time() + self.ahead, monotonic=time.monotonic, sleep=time.sleep
        )
        monkeypatch.setattr(database, "time", fake)


async def run_operation(store: Store, name: str) -> None:
    begun = await store.operations.begin(new_operation(name, id=str(uuid.uuid4())))
    await store.operations.add_events(begun.operation_id, "doing it")
    await store.operations.end(begun.operation_id, None)


async def listed(store: Store) -> list[str]:
    page = await store.operation_lists.page(OperationFilter(), store.now() - HOUR, Window(10))
    return [row.mover_name for row in page]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("back", [-2 * HOUR, -1.0, -20 * HOUR])
async def test_operations_of_a_host_whose_clock_is_set_are_listed_in_order(
    kind: str, back: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(monkeypatch)
    with store_url(kind, tmp_path) as url:
        async with open_store(url) as store:
            await run_operation(store, "one")
            host.ahead = back
            await run_operation(store, "two")
            assert await listed(store) == ["two", "one"]
            host.ahead = 0.0
            await run_operation(store, "three")
            assert await listed(store) == ["three", "two", "one"]
        host.ahead = back
        async with open_store(url) as store:
            await run_operation(store, "four")
            host.ahead = 0.0
            assert await listed(store) == ["four", "three", "two", "one"]
            await store.retention.delete_expired(store.now() - HOUR)
            assert len(await listed(store)) == 4


@pytest.mark.postgres
async def test_replicas_with_different_clocks_share_the_time_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(monkeypatch)
    with store_url("postgres", tmp_path) as url:
        async with open_store(url) as right:
            host.ahead = -2 * HOUR
            async with open_store(url) as slow:
                await run_operation(slow, "of-slow")
                await run_operation(right, "of-right")
                assert await listed(right) == await listed(slow) == ["of-right", "of-slow"]


async def test_concurrent_readings_agree(tmp_path: Path) -> None:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        await asyncio.gather(*(run_operation(store, f"m{number}") for number in range(8)))
        page = await store.operation_lists.page(OperationFilter(), store.now() - HOUR, Window(10))
        created = [row.created_at for row in page]
        assert created == sorted(created, reverse=True)
