"""What is begun runs up to its first wait at once, and the rest in the task that awaits it."""

from __future__ import annotations

import asyncio

import pytest

from graph.concurrency import Ended, Rest, attempt, begin


async def test_what_does_not_wait_is_done_at_once() -> None:
    done = []

    async def inner() -> None:
        done.append(1)

    async def outer() -> None:
        await inner()
        done.append(2)

    assert begin(outer()) is None
    assert done == [1, 2]


async def test_an_error_before_the_first_wait_is_raised_at_once() -> None:
    async def broken() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        begin(broken())


@pytest.mark.parametrize("waits", [1, 2, 5])
async def test_the_rest_continues_whenever_it_is_awaited(waits: int) -> None:
    done = []
    gates = [asyncio.get_running_loop().create_future() for _ in range(waits)]

    async def work() -> None:
        for number, gate in enumerate(gates):
            done.append(await gate)
            await asyncio.sleep(0)
            done.append(number)

    rest = begin(work())
    assert rest is not None
    gates[0].set_result("first")  # what it waits for may be there before it is awaited
    task = asyncio.ensure_future(_awaited(rest))
    for gate in gates[1:]:
        await asyncio.sleep(0)
        gate.set_result("later")
    await asyncio.wait_for(task, 5)
    assert len(done) == 2 * waits


async def test_a_result_without_a_wait_is_there_at_once() -> None:
    async def work() -> str:
        return "done"

    assert attempt(work()) == Ended("done")


async def test_a_result_after_a_wait_is_that_of_the_rest() -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    rest = attempt(work())
    assert isinstance(rest, Rest)
    assert await asyncio.wait_for(rest, 5) == "done"


async def test_a_bare_yield_is_a_wait_too() -> None:
    rest = begin(asyncio.sleep(0))
    assert rest is not None
    await asyncio.wait_for(_awaited(rest), 5)


async def test_an_error_of_the_rest_is_raised_where_it_is_awaited() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise KeyError("x")

    rest = begin(work())
    assert rest is not None
    with pytest.raises(KeyError):
        await rest


@pytest.mark.parametrize("started", [True, False])
async def test_a_cancelled_rest_cleans_up(*, started: bool) -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(1)

    rest = begin(work())
    assert rest is not None
    task = asyncio.ensure_future(_awaited(rest))
    if started:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    rest.close()
    assert cleaned == [1]


async def test_work_may_swallow_a_cancellation_and_wait_again() -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)

    rest = begin(work())
    assert rest is not None
    task = asyncio.ensure_future(_awaited(rest))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait_for(task, 5)


async def _awaited(rest: Rest[None]) -> None:
    await rest
