"""Events of a subscription are completed by the plan of its field, where it has one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from graph.model.plain import PLAIN, Plain
from graph.transport import Schema, make_schema
from graph.transport.execution import executor
from graph.transport.execution.executor import Result, subscribe
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.request import OperationRequest
from tests.transport.small import Context, Query


@strawberry.type
class Item:
    name: str

    @strawberry.field
    async def later(self) -> Item:
        return self

    @strawberry.field(metadata={PLAIN: Plain(loads=True)})
    async def loaded(self) -> str | None:
        loader: DataLoader[str, str] = DataLoader(load_fn=_load)
        if self.name == "b":
            loader.prime("b", "B, at once")
        return await loader.load(self.name)


async def _load(names: list[str]) -> list[Any]:
    return [ValueError(name) if name == "d" else name.upper() for name in names]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def items(self) -> AsyncGenerator[Item | None, None]:
        for name in ("a", "b", "c", None, "d"):
            yield Item(name=name)  # type: ignore[arg-type]

    @strawberry.subscription
    async def nothing(self) -> AsyncGenerator[Item | None, None]:
        for _ in range(3):
            yield None

    @strawberry.subscription
    async def numbers(self) -> AsyncGenerator[int, None]:
        for number in range(3):
            yield number


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events for which an executor is made."""
    events, make = [], executor._for_event

    def noted(of: Any, event: Any) -> Any:
        events.append(event)
        return make(of, event)

    monkeypatch.setattr(executor, "_for_event", noted)
    return events


def schema(*, compiled: bool = True) -> Schema:
    return make_schema(query=Query, subscription=Subscription, compiled=compiled)


async def results(asked: Schema, query: str) -> list[Result]:
    request = OperationRequest(query, {}, None, "w", "r")
    operation = asked.prepare(request)
    return [r async for r in subscribe(asked, operation, request, Context("w", "r"))]


async def test_only_the_first_event_and_a_wrong_one_are_executed(executed: list[Any]) -> None:
    found = await results(schema(), "subscription { x: items { name } }")
    assert [item.name for item in executed] == ["a", None]
    names = [(r.data or {})["x"] and (r.data or {})["x"]["name"] for r in found]
    assert names == ["a", "b", "c", None, "d"]
    assert [error.path for r in found for error in r.errors] == [["x", "name"]]


async def test_events_with_fields_that_load_are_executed_only_if_that_fails(
    executed: list[Any],
) -> None:
    found = await results(schema(), "subscription { items { loaded } }")
    assert [item.name if item else None for item in executed] == ["a", None, "d"]
    loaded = [(r.data or {})["items"] and (r.data or {})["items"]["loaded"] for r in found]
    assert loaded == ["A", "B, at once", "C", None, None]
    assert [error.path for r in found for error in r.errors] == [["items", "loaded"]] * 2


class Busy(Pacer):
    """Has time only for those who have waited for it."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses = 0

    def is_due(self) -> bool:
        return not self.pauses

    async def pause(self) -> None:
        self.pauses += 1


async def test_a_busy_loop_compiles_between_events(executed: list[Any]) -> None:
    asked = schema()
    asked.pacer = busy = Busy()
    found = await results(asked, "subscription { items { name } }")
    assert [item.name if item else None for item in executed] == ["a", "b", None]
    assert [(r.data or {})["items"] and (r.data or {})["items"]["name"] for r in found] == [
        *("a", "b", "c", None, "d")
    ]
    assert busy.pauses == 1


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("subscription { items { name later { name } } }", 5),
        ("subscription { nothing { name } }", 3),
        ("subscription { numbers }", 3),
    ],
)
async def test_others_are_all_executed(executed: list[Any], query: str, number: int) -> None:
    assert len(await results(schema(), query)) == number
    assert len(executed) == number


async def test_so_are_all_where_nothing_is_compiled(executed: list[Any]) -> None:
    await results(schema(compiled=False), "subscription { items { name } }")
    assert len(executed) == 5
