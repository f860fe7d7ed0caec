"""For whom work is done, and who joins it later."""

from __future__ import annotations

import asyncio

from graph.concurrency import Work, begin_work, current_work
from graph.concurrency.work import SERVER


async def test_work_is_the_servers_unless_it_was_begun_for_a_caller() -> None:
    async def work() -> list[object]:
        begin_work(Work(("a",)))
        return list((await asyncio.create_task(inner())).shares)

    async def inner() -> Work:
        return current_work()

    assert await asyncio.create_task(work()) == [("a",)]
    assert current_work().shares == [SERVER]


def test_who_joins_work_joins_its_parts_and_theirs() -> None:
    whole = Work(("a",))
    part = whole.part()
    inner = part.part()
    assert inner.shares == [("a",)]
    whole.join(Work(("b",)))
    assert whole.shares == part.shares == inner.shares == [("a",), ("b",)]
    part.join(Work(("c",)))
    assert inner.shares == [("a",), ("b",), ("c",)]
    assert whole.shares == [("a",), ("b",)]


def test_works_that_join_each_other_end() -> None:
    one, other = Work(("a",)), Work(("b",))
    one.join(other)
    other.join(one)
    other.join(Work(("c",)))
    assert set(one.shares) == set(other.shares) == {("a",), ("b",), ("c",)}


def test_joining_is_announced_while_somebody_listens() -> None:
    heard: list[object] = []
    work = Work(("a",))
    with work.joined(heard.append):
        work.join(Work(("b",)))
        work.join(Work(("b",)))
    work.join(Work(("c",)))
    assert heard == [("b",)]
