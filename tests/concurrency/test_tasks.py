"""Work that its caller abandons is finished; work that its owner closes is not leaked."""

from __future__ import annotations

import asyncio
import logging

import pytest

from graph.concurrency import TaskOwner


async def test_work_continues_when_its_caller_is_cancelled() -> None:
    owner, gate, done = TaskOwner(), asyncio.Event(), []

    async def work() -> None:
        await gate.wait()
        done.append(True)

    caller = asyncio.create_task(owner.run(work()))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    await owner.aclose(5)
    assert (done, len(owner)) == ([True], 0)


async def test_who_asked_is_told_of_the_end_once_however_it_came() -> None:
    owner, ended = TaskOwner(), []

    async def work(value: int) -> int:
        await asyncio.sleep(0)
        return 1 // value

    for value in (1, 0):
        await asyncio.gather(
            owner.run(work(value), at_end=lambda: ended.append(1)), return_exceptions=True
        )
    cancelled = asyncio.create_task(owner.run(work(1), at_end=lambda: ended.append(1)))
    await asyncio.sleep(0)
    await owner.aclose(0)  # before it has begun
    await asyncio.gather(cancelled, return_exceptions=True)
    assert ended == [1, 1, 1]


async def test_the_caller_gets_the_result_or_the_error() -> None:
    owner = TaskOwner()

    async def work(value: int) -> int:
        return 1 // value

    assert await owner.run(work(1)) == 1
    with pytest.raises(ZeroDivisionError):
        await owner.run(work(0))


async def test_a_failure_that_nobody_awaits_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    owner, gate = TaskOwner(), asyncio.Event()

    async def work() -> None:
        await gate.wait()
        raise ValueError("nobody saw this")

    caller = asyncio.create_task(owner.run(work()))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    gate.set()
    with caplog.at_level(logging.WARNING):
        await owner.aclose(5)
    assert "nobody saw this" in caplog.text


@pytest.mark.parametrize("drain", [0, 0.001])
async def test_closing_cancels_what_does_not_end_in_time(drain: float) -> None:
    owner, cleaned = TaskOwner(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    task = owner.spawn(work())
    await asyncio.sleep(0)
    await owner.aclose(drain)
    assert task.cancelled()
    assert (cleaned, len(owner)) == ([True], 0)


@pytest.mark.parametrize("closing", [True, False])
async def test_nothing_begins_once_its_owner_closes(*, closing: bool) -> None:
    owner, gate, begun, ended = TaskOwner(), asyncio.Event(), [], []

    async def work() -> None:
        begun.append(True)

    closed = asyncio.create_task(owner.aclose(5))
    if closing:
        first = owner.spawn(gate.wait())
    await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await owner.run(work(), at_end=lambda: ended.append(True))
    late = owner.spawn(work())
    gate.set()
    await closed
    if closing:
        assert await first
    await asyncio.gather(late, return_exceptions=True)
    assert (late.cancelled(), begun, ended, len(owner)) == (True, [], [True], 0)
