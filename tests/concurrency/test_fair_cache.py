"""Callers share a cache: one that fills it evicts only what it put there itself."""

from __future__ import annotations

import random
from contextvars import Context, copy_context

import pytest

from graph.concurrency import FairCache, Work, begin_work


def as_caller(name: str) -> Context:
    context = copy_context()
    context.run(begin_work, Work((name, "user")))
    return context


A, B, C = (as_caller(name) for name in "abc")


@pytest.fixture
def cache() -> FairCache[str, str]:
    return FairCache(10, len)


def keys(cache: FairCache[str, str]) -> set[str]:
    return set(cache)


def test_the_least_recently_used_goes_first(cache: FairCache[str, str]) -> None:
    for key in "12345":
        cache.put(key, "xx")
    assert cache.get("1") == "xx"
    cache.put("6", "xx")
    assert keys(cache) == set("13456")
    assert cache.get("2") is None


def test_who_fills_it_evicts_nothing_of_others(cache: FairCache[str, str]) -> None:
    B.run(cache.put, "b", "xxx")
    for key in range(100):
        A.run(cache.put, str(key), "x")
    assert keys(cache) == {"b", *map(str, range(93, 100))}


def test_who_holds_most_makes_room(cache: FairCache[str, str]) -> None:
    for number in range(10):
        A.run(cache.put, str(number), "x")
    for key in "bcdef":
        B.run(cache.put, key, "x")
    assert keys(cache) == {"5", "6", "7", "8", "9", *"bcdef"}


def test_what_several_use_belongs_to_the_one_with_least(cache: FairCache[str, str]) -> None:
    A.run(cache.put, "shared", "xx")
    A.run(cache.put, "own", "x")
    assert B.run(cache.get, "shared") == "xx"  # now B's
    assert A.run(cache.get, "shared") == "xx"  # A has less now: A's, and B's again
    assert B.run(cache.get, "shared") == "xx"
    for key in range(100):
        A.run(cache.put, str(key), "x")
    assert A.run(cache.get, "shared") == "xx"  # does not take it away from B
    A.run(cache.put, "more", "x")
    assert B.run(cache.get, "shared") == "xx"


def test_a_value_is_replaced_and_counted_by_its_new_size(cache: FairCache[str, str]) -> None:
    A.run(cache.put, "1", "x")
    B.run(cache.put, "2", "x")
    B.run(cache.put, "1", "xxxxx")
    B.run(cache.put, "3", "xxxxx")  # A has 5, B has 6
    assert keys(cache) == {"1", "3"}
    B.run(cache.put, "1", "x" * 11)  # larger than the cache
    assert keys(cache) == {"3"}


@pytest.mark.parametrize("seed", range(20))
def test_the_sizes_always_add_up(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable
    cache: FairCache[int, str] = FairCache(50, len)
    for _ in range(500):
        caller, key = chance.choice((A, B, C)), chance.randrange(30)
        if chance.random() < 0.5:
            caller.run(cache.put, key, "x" * chance.randrange(60))
        else:
            caller.run(cache.get, key)
        sizes = {
            holder: sum(size for _, size in holding.entries.values())
            for holder, holding in cache._holdings.items()
        }
        assert sizes == {holder: holding.size for holder, holding in cache._holdings.items()}
        assert sum(sizes.values()) == cache._size <= 50
        assert {key for each in cache._holdings.values() for key in each.entries} == set(cache)
