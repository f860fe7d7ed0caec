"""Operations are charged before they are executed, and settled by what they used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from graph.concurrency import Bill, Budget
from graph.model.price import Price
from graph.transport import GraphQLApp, make_schema
from tests.transport.small import Mutation, Query, Subscription, identify

PRICES = {
    "Query.hello": Price(5),
    "Query.some": Price(2, per_item=3),
    "Query.again": Price(reads=frozenset({("again", 1)})),
    "Mutation.change": Price(7),
    "Subscription.count": Price(5),
}
CAPACITY = 40


@dataclass
class Context:
    who: str
    request_id: str
    calls: int = 1


@asynccontextmanager
async def billed(capacity: int = CAPACITY, now: float = 0.0) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose operations use one call each."""
    schema = make_schema(query=Query, mutation=Mutation, subscription=Subscription, prices=PRICES)
    budget = Budget(capacity, 2.0, lambda: now)

    def charge(identity: str, calls: int) -> Bill:
        return budget.charge(identity, None, calls)

    app = GraphQLApp(schema, identify=identify, make_context=Context, charge=charge)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    body = {"query": query, "extensions": {"cost": True}}
    return await client.post("/", json=body, headers=headers)


@pytest.mark.parametrize(
    ("query", "fields", "calls"),
    [
        ("{ hello }", 1, 5),
        ("{ a: hello b: hello }", 2, 10),
        ("{ __typename }", 1, 0),
        ("{ some(ids: [1, 2, 3]) { __typename } }", 4, 11),
        ("{ some(ids: [1, 2]) { hello } }", 3, 18),
        ("{ a: again(first: 3) { hello } b: again(first: 2) { __typename } }", 7, 16),
        ("{ again(first: 2) { ...A ...A } } fragment A on Query { hello }", 5, 21),
        ("mutation { change }", 1, 7),
    ],
)
async def test_the_cost_is_told_if_it_is_requested(query: str, fields: int, calls: int) -> None:
    async with billed() as client:
        cost = (await ask(client, query)).json()["extensions"]["cost"]
        assert cost == {
            "fields": fields,
            "maxFields": 20_000,
            "requestedCalls": calls,
            "usedCalls": 1,
            "maxCalls": 5_000,
            "availableCalls": CAPACITY - 1,
        }
        plain = (await client.post("/", json={"query": query})).json()
        assert "extensions" not in plain


async def test_a_caller_whose_budget_is_used_up_waits_and_others_do_not() -> None:
    async with billed(capacity=10) as client:
        for _ in range(6):
            assert (await ask(client, "{ hello }")).status_code == 200
        refused = await ask(client, "{ hello }")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "THROTTLED"
        assert error["extensions"]["retryAfter"] == 1
        assert (await ask(client, "{ __typename }")).status_code == 200
        assert (await ask(client, "{ hello }", **{"x-token": "other"})).status_code == 200


@pytest.mark.parametrize("query", ["{ hello }", "subscription { count }"])
async def test_a_stream_that_is_not_paid_for_is_one_error(query: str) -> None:
    async with billed(capacity=10) as client:
        for _ in range(9):
            await ask(client, "{ hello }")
        response = await ask(client, query, accept="text/event-stream")
        assert response.status_code == 200
        assert b"THROTTLED" in response.content
        assert b"retryAfter" in response.content


async def test_an_operation_that_breaks_or_is_left_is_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[float] = []
    settle = Bill.settle

    def noted(bill: Bill, calls: float) -> None:
        used.append(calls)
        settle(bill, calls)

    monkeypatch.setattr(Bill, "settle", noted)
    begun = asyncio.Event()

    async def never(*_: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("graph.transport.execution.results.execute", never)
    async with billed() as client:
        task = asyncio.create_task(ask(client, "{ hello }"))
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert used == [1]
