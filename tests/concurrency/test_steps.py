"""A computation pauses where it allows it, and behaves otherwise as if it did not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from graph.concurrency import in_steps, may_pause

VALUE: ContextVar[str] = ContextVar("value", default="unset")


class Clock:
    """Advances by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def counting(to: int, seen: list[str], name: str) -> Callable[[], int]:
    def count() -> int:
        for _ in range(to):
            seen.append(name)
            may_pause(lambda: float("inf"))
        return to

    return count


async def test_computations_take_turns() -> None:
    seen: list[str] = []
    counts = await asyncio.gather(*(in_steps(counting(3, seen, name)) for name in "abc"))
    assert counts == [3, 3, 3]
    assert seen == list("abcabcabc")


@pytest.mark.parametrize(("seconds", "steps"), [(1, 9), (3, 3), (100, 0)])
async def test_a_step_lasts_as_long_as_it_may(seconds: float, steps: int) -> None:
    clock, pauses, ended = Clock(), 0, False

    def compute() -> None:
        for _ in range(9):
            may_pause(clock)

    async def others() -> None:
        nonlocal pauses
        while not ended:
            pauses += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    await in_steps(compute, seconds, clock)
    ended = True
    await other
    assert pauses == steps


@pytest.mark.parametrize("pauses", [0, 2])
async def test_what_it_raises_reaches_the_caller(pauses: int) -> None:
    def compute() -> None:
        counting(pauses, [], "")()
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await in_steps(compute)


async def test_it_runs_in_a_copy_of_the_context_of_its_caller() -> None:
    VALUE.set("the caller's")

    def compute() -> list[str]:
        found = [VALUE.get()]
        VALUE.set("its own")
        may_pause(lambda: float("inf"))
        return [*found, VALUE.get()]

    assert await in_steps(compute) == ["the caller's", "its own"]
    assert VALUE.get() == "the caller's"


async def test_it_ends_where_it_paused_if_its_caller_is_cancelled() -> None:
    seen: list[str] = []

    def compute() -> None:
        try:
            counting(10, seen, "step")()
        finally:
            seen.append("left")

    task = asyncio.ensure_future(as_coroutine(compute))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["step", "left"]


async def as_coroutine(compute: Callable[[], None]) -> None:
    await in_steps(compute)


def test_elsewhere_nothing_pauses() -> None:
    seen: list[str] = []
    assert counting(3, seen, "step")() == 3
    assert seen == ["step"] * 3
