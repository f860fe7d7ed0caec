"""Resolvers that wait for DataLoaders are continued together, without tasks of their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Iterable
from typing import Any

import pytest
from strawberry.dataloader import DataLoader

from graph.transport.execution.plans.loads import Loads
from graph.transport.execution.plans.outcomes import Fallback


class Pacer:
    """Counts its pauses, which are always due."""

    def __init__(self, *, due: bool = False) -> None:
        self.due, self.pauses = due, 0

    def is_due(self) -> bool:
        return self.due

    async def pause(self) -> None:
        self.pauses += 1
        await asyncio.sleep(0)


class Loader:
    """Loads texts in capitals; remembers what it was asked for together."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.loader: DataLoader[str, str] = DataLoader(load_fn=self._load)

    async def _load(self, keys: list[str]) -> list[Any]:
        self.batches.append(keys)
        return [ValueError(key) if key == "bad" else key.upper() for key in keys]

    async def field(self, *keys: str) -> str:
        return "".join([await self.loader.load(key) for key in keys])


def started(loads: Loads, fields: Iterable[Coroutine[Any, Any, Any]]) -> dict[str, Any]:
    target: dict[str, Any] = {}
    for number, field in enumerate(fields):
        key = f"f{number}"
        target[key] = loads.start(field, target, key, lambda found: f"<{found}>")
    return target


async def finish(loads: Loads, pacer: Pacer | None = None) -> None:
    resumed: list[Loads] = []
    await loads.finish(resumed.append, pacer or Pacer())
    assert all(each is loads for each in resumed)


async def test_what_is_loaded_already_is_completed_at_once() -> None:
    loader, loads = Loader(), Loads()
    loader.loader.prime("a", "A")
    tasks = asyncio.all_tasks()
    assert started(loads, [loader.field("a"), loader.field("a", "a")]) == {
        "f0": "<A>",
        "f1": "<AA>",
    }
    assert not loads
    assert asyncio.all_tasks() == tasks


async def test_other_fields_are_loaded_in_one_batch_each_as_far_as_it_can() -> None:
    loader, loads = Loader(), Loads()
    target = started(loads, [loader.field("a", "b"), loader.field("b", "c"), loader.field("a")])
    assert target == {"f0": None, "f1": None, "f2": None}
    assert loads
    await finish(loads)
    assert target == {"f0": "<AB>", "f1": "<BC>", "f2": "<A>"}
    assert loader.batches == [["a", "b"], ["c"]]
    assert not loads


async def test_a_field_is_not_delayed_by_a_slow_one() -> None:
    loop, loader, loads = asyncio.get_running_loop(), Loader(), Loads()
    slow: asyncio.Future[str] = loop.create_future()

    async def waits() -> str:
        return await slow

    async def fast() -> str:
        found = await loader.field("a", "b")
        slow.set_result("S")  # which would never happen if it was waited for first
        return found

    assert started(loads, [waits(), fast()]) == {"f0": None, "f1": None}
    await finish(loads)
    assert slow.result() == "S"


async def test_fields_of_what_was_loaded_are_loaded_too() -> None:
    loader, loads, target = Loader(), Loads(), {"outer": None}
    inner: dict[str, Any] = {}

    def nested(found: str) -> dict[str, Any]:
        inner["f"] = loads.start(loader.field(found), inner, "f", str)
        return inner

    target["outer"] = loads.start(loader.field("a"), target, "outer", nested)
    await finish(loads)
    assert target == {"outer": {"f": "A"}}


async def test_others_can_still_await_the_same_future() -> None:
    loader, loads = Loader(), Loads()
    target = started(loads, [loader.field("a")])
    again = asyncio.create_task(loader.field("a"))
    await finish(loads)
    assert (await again, target) == ("A", {"f0": "<A>"})


async def test_pauses_are_made_between_fields_where_they_are_due() -> None:
    loader, loads, pacer = Loader(), Loads(), Pacer(due=True)
    target = started(loads, [loader.field("a"), loader.field("b")])
    await finish(loads, pacer)
    assert pacer.pauses == 2
    assert target == {"f0": "<A>", "f1": "<B>"}


@pytest.mark.parametrize("keys", [("bad",), ("a", "bad")])
async def test_an_error_leaves_the_value_to_graphql_core(keys: tuple[str, ...]) -> None:
    loader, loads = Loader(), Loads()
    started(loads, [loader.field("a", "b", "c"), loader.field(*keys)])
    with pytest.raises(Fallback) as raised:
        await finish(loads)
    assert raised.value.reason == "load"
    assert not loads


async def test_an_error_that_is_known_already_does_too() -> None:
    loader, loads = Loader(), Loads()
    with pytest.raises(ValueError, match="bad"):
        await loader.field("bad")
    with pytest.raises(Fallback) as raised:
        started(loads, [loader.field("bad")])
    assert raised.value.reason == "load"


async def test_a_resolver_that_waits_for_anything_else_does_too() -> None:
    loads = Loads()
    with pytest.raises(Fallback) as raised:
        started(loads, [asyncio.sleep(0)])
    assert raised.value.reason == "value"


async def test_a_request_that_ends_cancels_what_it_waits_for() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def load(keys: list[str]) -> list[str]:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return keys

    loader: DataLoader[str, str] = DataLoader(load_fn=load)

    async def field() -> str:
        return await loader.load("a")

    loads = Loads()
    started(loads, [field()])
    finishing = asyncio.create_task(finish(loads))
    await began.wait()
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    await ended.wait()


@pytest.mark.parametrize("awaited", [True, False])
async def test_what_fails_after_a_failure_is_not_logged(*, awaited: bool) -> None:
    logged: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: logged.append(told))
    gate, loads = asyncio.get_running_loop().create_future(), Loads()

    async def fails(after: asyncio.Future[None] | None) -> str:
        async def later() -> str:
            if after is not None:
                await after
            raise ValueError("later")

        return (await asyncio.gather(later()))[0]

    started(loads, [fails(None), fails(gate)])
    if awaited:
        with pytest.raises(Fallback):
            await asyncio.wait_for(finish(loads), 5)
    del loads
    gate.set_result(None)
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    assert logged == []
