"""Pigeonholes hold the newest value of each key, and their reader learns of any error."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.concurrency import Pigeonholes

PUTS = st.lists(st.tuples(st.integers(0, 4), st.integers()), min_size=1, max_size=30)


async def read(holes: Pigeonholes[int, tuple[int, int]]) -> tuple[int, int]:
    return await asyncio.wait_for(anext(holes), 5)


@given(PUTS, st.sets(st.integers(0, 29)))
async def test_the_reader_gets_the_newest_value_of_each_key_in_the_order_of_the_last_puts(
    puts: list[tuple[int, int]], reads_after: set[int]
) -> None:
    holes: Pigeonholes[int, tuple[int, int]] = Pigeonholes()
    wanted: dict[int, int] = {}
    for place, (key, value) in enumerate(puts):
        holes.hole(key).put((key, value))
        wanted.pop(key, None)
        wanted[key] = value
        if place in reads_after:
            assert await read(holes) == (first := next(iter(wanted)), wanted.pop(first))
    for item in wanted.items():
        assert await read(holes) == item
    waiting = asyncio.ensure_future(anext(holes))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_an_error_of_one_key_ends_the_iteration_after_what_came_before() -> None:
    holes: Pigeonholes[int, tuple[int, int]] = Pigeonholes()
    holes.hole(1).put((1, 1))
    holes.hole(2).close(ValueError("first"))
    holes.hole(3).close(ValueError("second"))
    assert await read(holes) == (1, 1)
    for _ in range(2):
        with pytest.raises(ValueError, match="first"):
            await read(holes)


async def test_a_key_that_ends_without_an_error_changes_nothing() -> None:
    holes: Pigeonholes[int, tuple[int, int]] = Pigeonholes()
    holes.hole(1).close()
    waiting = asyncio.ensure_future(anext(holes))
    await asyncio.sleep(0)
    holes.hole(2).put((2, 2))
    assert await asyncio.wait_for(waiting, 5) == (2, 2)


async def test_a_second_reader_is_an_error() -> None:
    holes: Pigeonholes[int, tuple[int, int]] = Pigeonholes()
    readers = [asyncio.ensure_future(anext(holes)) for _ in range(2)]
    await asyncio.sleep(0)
    holes.hole(1).put((1, 1))
    results = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(result) for result in results] == [tuple, RuntimeError]
