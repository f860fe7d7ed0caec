"""For whom work is done, and who joins it later."""

from __future__ import annotations

import asyncio

import pytest

from graph.concurrency import TooMuch, Usage, Work, begin_work, current_work
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


def test_who_leaves_is_worked_for_no_longer() -> None:
    whole, other = Work(("a",)), Work(("b",))
    part = whole.part()
    part.join(other)
    inner = part.part()
    other.add(("c",))
    other.add(("b",))
    assert inner.shares == [("a",), ("b",), ("c",)]
    other.remove(("b",))
    assert inner.shares == [("a",), ("b",), ("c",)]
    other.remove(("b",))
    assert inner.shares == [("a",), ("c",)]
    part.leave(other)
    assert inner.shares == [("a",)]
    part.leave(whole)
    assert inner.shares == [SERVER]


def test_joining_is_announced_to_parts_and_by_who_has_joined_before() -> None:
    heard: list[object] = []
    work, other = Work(("a",)), Work()
    part = work.part()
    with part.joined(heard.append):
        work.join(other)
        other.add(("b",))
        other.add(("a",))
        work.leave(other)
        other.add(("c",))
    assert heard == [("b",)]


def test_of_many_own_shares_the_first_count() -> None:
    work = Work(*((str(number),) for number in range(1_000)))
    assert work.shares == [(str(number),) for number in range(32)]
    for number in range(10):
        work.remove((str(number),))
    assert work.shares == [(str(number),) for number in range(10, 42)]


def test_what_parts_of_a_work_use_counts_for_it_and_not_for_who_joins() -> None:
    work, other = Work(("a",)), Work(("b",))
    part = work.part()
    part.join(other)
    part.usage.count("222222222222", known=False)
    assert (work.usage.total, other.usage.total) == (1, 0)


def test_a_request_makes_no_more_calls_than_it_may_and_each_event_begins_anew() -> None:
    usage = Usage(max_calls=2)
    usage.count("1", known=False)
    usage.count("1", known=False)
    with pytest.raises(TooMuch, match="at most 2 calls"):
        usage.count("1", known=False)
    usage.restart()
    usage.count("1", known=False)
    assert usage.total == 3


def test_a_request_concerns_no_more_accounts_than_it_may_apart_from_known_ones() -> None:
    usage = Usage(max_accounts=2)
    for account in ("1", "2", "1", "2"):
        usage.count(account, known=False)
    usage.count("3", known=True)
    with pytest.raises(TooMuch, match="at most 2 accounts"):
        usage.count("4", known=False)
    assert usage.calls == 5
