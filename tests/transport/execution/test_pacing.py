"""Large operations are executed in pieces, however they are written and whoever sends them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import strawberry

from graph.concurrency import FairLoop, Work, begin_work
from graph.transport import make_schema
from graph.transport.execution.executor import Result, execute, subscribe
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.schema import Schema
from tests.transport.small import Context

PIECE = 20
"""Lists and items after which a piece of work is large."""


class Iterations:
    """Counts iterations of the event loop, and what is done in each."""

    def __init__(self) -> None:
        self.number = 0
        self.done: Counter[int] = Counter()
        self.order: list[str] = []

    async def count(self) -> None:
        while True:
            self.number += 1
            await asyncio.sleep(0)


SEEN: list[Iterations] = []


@strawberry.type
class Item:
    who: strawberry.Private[str]

    @strawberry.field
    def number(self) -> int:
        SEEN[-1].done[SEEN[-1].number] += 1
        SEEN[-1].order.append(self.who)
        return SEEN[-1].number

    @strawberry.field
    def items(self, first: int) -> list[Item]:
        return items(self.who, first)

    @strawberry.field
    async def later(self, first: int) -> list[Item]:
        await asyncio.sleep(0)
        return items(self.who, first)


def items(who: str, first: int) -> list[Item]:
    return [Item(who=who) for _ in range(first)]


@strawberry.type
class Query:
    @strawberry.field
    def items(self, info: strawberry.Info[Context, None], first: int) -> list[Item]:
        return items(info.context.who, first)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def many(self, first: int) -> AsyncGenerator[list[Item], None]:
        yield items("stream", first)


class Clock:
    """Every reading takes a second."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@asynccontextmanager
async def counted() -> AsyncIterator[tuple[Schema, Iterations]]:
    schema, iterations = make_schema(query=Query, subscription=Subscription), Iterations()
    schema.pacer = Pacer(PIECE, Clock())
    SEEN.append(iterations)
    counting = asyncio.create_task(iterations.count())
    try:
        yield schema, iterations
    finally:
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        SEEN.pop()


async def ask(schema: Schema, query: str, who: str = "w") -> Result:
    begin_work(Work((who, None, query)))
    request = OperationRequest(query, {}, None, who, "r")
    operation = schema.prepare(request)
    return await execute(schema, operation, request, Context(who, "r"))


ALIASES = " ".join(f"a{index}: items(first: 20) {{ number }}" for index in range(20))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("{ items(first: 400) { number } }", 400),
        ("{ items(first: 20) { items(first: 20) { number } } }", 400),
        ("{ items(first: 20) { later(first: 20) { number } } }", 400),
        ("{ items(first: 20) { later(first: 5) { items(first: 5) { number } } } }", 500),
        (f"{{ {ALIASES} }}", 400),
        (f"{{ ...A }} fragment A on Query {{ {ALIASES} }}", 400),
    ],
)
async def test_no_iteration_of_the_loop_executes_more_than_a_piece(
    query: str, numbers: int
) -> None:
    async with counted() as (schema, iterations):
        result = await ask(schema, query)
    assert not result.errors
    assert sum(iterations.done.values()) == numbers
    assert max(iterations.done.values()) <= PIECE + 1


async def test_several_large_operations_have_pieces_together_no_larger_than_one() -> None:
    async with counted() as (schema, iterations):
        await asyncio.gather(
            *(
                asyncio.create_task(ask(schema, "{ items(first: 100) { number } }", f"w{n}"))
                for n in range(8)
            )
        )
    assert sum(iterations.done.values()) == 800
    assert max(iterations.done.values()) <= PIECE + 8


async def test_a_caller_with_many_operations_delays_another_by_a_piece_per_item() -> None:
    async with counted() as (schema, iterations):
        flood = [
            asyncio.create_task(ask(schema, f"{{ items(first: {100 + n}) {{ number }} }}", "flood"))
            for n in range(30)
        ]
        honest = asyncio.create_task(ask(schema, "{ items(first: 30) { number } }", "honest"))
        await honest
        done = Counter(iterations.order)
        await asyncio.gather(*flood)
    assert done["honest"] == 30
    # Of 3,435: each item of the honest operation, and its list, waits for at most one piece.
    assert done["flood"] <= 31 * PIECE


async def test_a_small_operation_is_executed_in_one_iteration() -> None:
    async with counted() as (schema, iterations):
        await ask(schema, "{ items(first: 15) { number } }")
    assert len(iterations.done) == 1


async def test_events_of_a_stream_are_executed_in_pieces_too() -> None:
    async with counted() as (schema, iterations):
        query = "subscription { many(first: 200) { number } }"
        request = OperationRequest(query, {}, None, "w", "r")
        operation = schema.prepare(request)
        results = [r async for r in subscribe(schema, operation, request, Context("w", "r"))]
    assert len(results) == 1
    assert max(iterations.done.values()) <= PIECE + 1


async def test_an_operation_that_is_cancelled_while_it_waits_holds_up_no_other() -> None:
    async with counted() as (schema, iterations):
        task = asyncio.create_task(ask(schema, "{ items(first: 400) { number } }"))
        for _ in range(3):
            await asyncio.sleep(0)
        assert iterations.done
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        result = await ask(schema, "{ items(first: 100) { number } }", "other")
    assert not result.errors


def test_a_pause_does_not_last_until_others_have_done_all_that_they_have_ready() -> None:
    now, done = [0.0], []

    def burn() -> None:
        now[0] += 0.001
        done.append(now[0])

    async def work(caller: str, pacer: Pacer) -> None:
        begin_work(Work((caller,)))
        await asyncio.sleep(0)
        if caller == "flood":
            for _ in range(1_000):
                asyncio.get_running_loop().call_soon(burn)
            pacer.is_due()
            burn()
        else:
            assert pacer.is_due()
            await pacer.pause()

    async def main() -> None:
        pacer = Pacer(0.0005, lambda: now[0])
        flood = asyncio.create_task(work("flood", pacer))
        await asyncio.create_task(work("honest", pacer))
        assert len(done) < 20
        await flood

    with asyncio.Runner(loop_factory=lambda: FairLoop(lambda: now[0])) as runner:
        runner.run(main())
