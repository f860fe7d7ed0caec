"""Nothing is left running, however it ends."""

from __future__ import annotations

import asyncio

import pytest

from graph.concurrency import together


class Work:
    """Waits until it is told how to end, and notes that it has."""

    def __init__(self) -> None:
        self.end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.begun = asyncio.Event()
        self.ended = False

    async def run(self) -> str:
        self.begun.set()
        try:
            return await self.end
        finally:
            await asyncio.sleep(0)
            self.ended = True


async def test_the_results_are_in_the_order_of_the_work() -> None:
    work = [Work() for _ in range(3)]
    waiting = asyncio.ensure_future(together(*(each.run() for each in work)))
    for index in (2, 0, 1):
        await asyncio.sleep(0)
        work[index].end.set_result(f"result {index}")
    assert await waiting == ["result 0", "result 1", "result 2"]


async def test_without_work_there_are_no_results() -> None:
    nothing: list[Work] = []
    assert list(await together(*(each.run() for each in nothing))) == []


@pytest.mark.parametrize("index", [0, 1, 2])
async def test_a_failure_ends_the_others_first(index: int) -> None:
    work = [Work() for _ in range(3)]
    waiting = asyncio.ensure_future(together(*(each.run() for each in work)))
    await asyncio.sleep(0)
    work[index].end.set_exception(LookupError("gone"))
    with pytest.raises(LookupError, match="gone"):
        await waiting
    assert all(each.ended for each in work)


async def test_a_cancellation_ends_all_of_them() -> None:
    work = [Work() for _ in range(3)]
    waiting = asyncio.ensure_future(together(*(each.run() for each in work)))
    for each in work:
        await each.begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert all(each.ended for each in work)
