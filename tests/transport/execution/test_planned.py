"""Documents are compiled, and everything else still holds: order, pieces, settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from graph.model.plain import PLAIN, Plain
from graph.transport import Schema, make_schema
from graph.transport.execution.executor import Result, execute, subscribe
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.request import OperationRequest
from tests.differential.comparison import completed
from tests.transport.cpu import ATTEMPTS, collected_as_in_a_served_process, longest_step
from tests.transport.small import Context

MOST = 0.05
"""Seconds of CPU in one step."""


@strawberry.type
class Item:
    name: str
    inner: list[Item]

    @strawberry.field
    async def later(self) -> Item:
        return self

    @strawberry.field
    def never(self) -> str:
        raise ValueError("never")

    @strawberry.field(metadata={PLAIN: Plain(loads=True)})
    async def loaded(self, info: strawberry.Info[Any, None]) -> Item | None:
        return await LOADERS[info.context.request_id].load(self.name)  # type: ignore[no-any-return]


WIDE = [Item(name=f"i{n}", inner=[]) for n in range(20_000)]
DEEP = [Item(name="x", inner=[Item(name="y", inner=WIDE[:200]) for _ in range(50)])] * 5
SOME = [Item(name="a", inner=WIDE[:2]), Item(name="b", inner=[])]


@strawberry.type
class Query:
    @strawberry.field
    def some(self) -> list[Item]:
        return SOME

    @strawberry.field
    def wide(self) -> list[Item]:
        return WIDE

    @strawberry.field
    def hundred(self) -> list[Item]:
        return WIDE[:100]

    @strawberry.field
    def deep(self) -> list[Item]:
        return DEEP

    @strawberry.field
    def one(self) -> Item:
        return Item(name="one", inner=WIDE)

    @strawberry.field
    def wrong(self) -> list[Item | None]:
        return [*WIDE[:1_000], Item(name=None, inner=[])]  # type: ignore[arg-type]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def items(self) -> AsyncGenerator[Item, None]:
        for item in SOME * 3:
            yield item


def schema(*, compiled: bool = True) -> Schema:
    return make_schema(query=Query, subscription=Subscription, compiled=compiled)


LOADERS: dict[str, DataLoader[str, Any]] = {}
"""By request."""


async def load(names: list[str]) -> list[Any]:
    return [ValueError(name) if name == "b" else Item(name=f"l{name}", inner=[]) for name in names]


@pytest.fixture(autouse=True)
def _with_a_loader() -> Iterator[None]:
    LOADERS["r"] = DataLoader(load_fn=load)
    yield
    LOADERS.clear()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, there is time to compile."""
    monkeypatch.setattr(Pacer, "is_due", lambda _self: False)


async def ask(asked: Schema, query: str) -> Result:
    request = OperationRequest(query, {}, None, "w", "r")
    return await execute(asked, asked.prepare(request), request, Context("w", "r"))


async def compiled_values(asked: Schema, query: str, times: int) -> float:
    before = completed()
    for _ in range(times):
        assert not (await ask(asked, query)).errors
    return completed() - before


@pytest.mark.usefixtures("unhurried")
async def test_a_document_is_compiled_when_it_is_executed_again() -> None:
    query, asked = "{ some { name inner { name } } }", schema()
    assert await compiled_values(asked, query, 1) == 0
    assert await compiled_values(asked, query, 1) == 1  # the whole list
    assert await compiled_values(asked, f"{query} # other", 1) == 0


@pytest.mark.usefixtures("unhurried")
async def test_nothing_is_compiled_where_that_is_turned_off() -> None:
    assert await compiled_values(schema(compiled=False), "{ some { name } }", 3) == 0


@pytest.mark.usefixtures("unhurried")
async def test_fields_that_wait_are_executed_beside_those_that_are_compiled() -> None:
    query, asked = "{ some { x: name later { inner { name } } name } }", schema()
    first, again = await ask(asked, query), await ask(asked, query)
    assert again.data == first.data
    assert list((again.data or {})["some"][0]) == ["x", "later", "name"]
    # Both items, and the item that each of them waits for.
    assert await compiled_values(asked, query, 1) == 4


@pytest.mark.usefixtures("unhurried")
async def test_fields_that_load_are_compiled_whether_they_are_loaded_or_not() -> None:
    query, asked = "{ one { name later { x: name loaded { name loaded { name } } } } }", schema()
    first = await ask(asked, query)
    for _ in range(2):  # what has been loaded before is there at once
        LOADERS["r"] = DataLoader(load_fn=load)
        assert await compiled_values(asked, query, 1) == 2  # one by one: an item beside ``later``
        assert await compiled_values(asked, query, 1) == 2
        assert (await ask(asked, query)).data == first.data


@pytest.mark.usefixtures("unhurried")
async def test_a_list_of_fields_that_load_needs_no_task_for_each_of_them() -> None:
    query, asked = "{ hundred { name loaded { name } } }", schema()
    await ask(asked, query)
    LOADERS["r"], made = DataLoader(load_fn=load), 0
    loop = asyncio.get_running_loop()

    def counting(running: Any, coroutine: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        return asyncio.Task(coroutine, loop=running, **more)

    loop.set_task_factory(counting)
    try:
        assert await compiled_values(asked, query, 1) == 1
    finally:
        loop.set_task_factory(None)
    assert made < 10


@pytest.mark.usefixtures("unhurried")
async def test_a_load_that_fails_has_the_error_of_graphql_core_and_drops_no_plan() -> None:
    query, asked = "{ some { name loaded { name } } }", schema()
    first = (await ask(asked, query)).formatted()
    assert [error["path"] for error in first["errors"]] == [["some", 1, "loaded"]]
    assert first["data"]["some"][0] == {"name": "a", "loaded": {"name": "la"}}
    before = completed("load")
    for _ in range(12):
        LOADERS["r"] = DataLoader(load_fn=load)
        assert (await ask(asked, query)).formatted() == first
    assert completed("load") - before == 24  # the list and the item, which have plans each time


async def test_a_request_that_is_cancelled_cancels_its_loads() -> None:
    query, asked = "{ some { name loaded { name } } }", schema()
    await ask(asked, query)
    began, ended = asyncio.Event(), asyncio.Event()

    async def endless(names: list[str]) -> list[Any]:
        began.set()
        try:
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]
        finally:
            ended.set()

    LOADERS["r"] = DataLoader(load_fn=endless)
    task = asyncio.create_task(ask(asked, query))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ended.wait()


async def test_an_error_beside_compiled_fields_is_that_of_graphql_core() -> None:
    asked = schema()
    results = [await ask(asked, "{ some { name never } }") for _ in range(2)]
    shown = [result.formatted() for result in results]
    assert shown[0] == shown[1]
    assert shown[0]["errors"][0]["path"] == ["some", 0, "never"]


@pytest.mark.usefixtures("unhurried")
async def test_only_the_item_that_is_wrong_is_left_to_graphql_core() -> None:
    asked, query = schema(), "{ wrong { name } }"
    await ask(asked, query)
    before = completed(), completed("null")
    result = await ask(asked, query)
    assert [error.path for error in result.errors] == [["wrong", 1_000, "name"]]
    assert (result.data or {})["wrong"][1_000] is None
    assert completed() - before[0] == 1_000
    assert completed("null") - before[1] == 2  # the list, then the item


@pytest.mark.usefixtures("unhurried")
async def test_the_events_of_a_subscription_are_compiled_from_the_second_on() -> None:
    asked, before = schema(), completed()
    request = OperationRequest("subscription { items { name } }", {}, None, "w", "r")
    operation = asked.prepare(request)
    results = [r async for r in subscribe(asked, operation, request, Context("w", "r"))]
    assert [(r.data or {})["items"]["name"] for r in results] == ["a", "b"] * 3
    assert completed() - before == 5


@pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part")
@pytest.mark.parametrize(
    "query",
    [
        "{ wide { a: name b: name c: name name inner { name } } }",
        "{ one { name inner { a: name name } } }",
        "{ deep { inner { inner { a: name name } } } }",
    ],
)
async def test_a_large_list_is_completed_in_short_steps(query: str) -> None:
    asked, best = schema(), 1e9
    with collected_as_in_a_served_process():
        for _ in range(ATTEMPTS):
            took, _ = await longest_step(ask(asked, query))
            best = min(best, took)
            if best < MOST / 2:
                break
    assert best < MOST


async def test_others_are_served_while_a_large_list_is_completed() -> None:
    asked, query = schema(), "{ wide { a: name b: name c: name name inner { name } } }"
    await ask(asked, query)
    ran: list[Any] = []

    async def others() -> None:
        while True:
            ran.append(None)
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    result = await ask(asked, query)
    task.cancel()
    assert len((result.data or {})["wide"]) == len(WIDE)
    assert len(ran) > 2
