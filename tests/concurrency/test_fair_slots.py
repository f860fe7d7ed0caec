"""Slots that callers take turns for."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import Gauge

from graph.concurrency import FairSlots, TooManyWaiting, Work
from graph.concurrency.round_robin import Share


class Desk:
    """Works on what gets a slot until it is told to let one go."""

    def __init__(self, slots: FairSlots) -> None:
        self._slots, self._let_go = slots, asyncio.Semaphore(0)
        self.order: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, name: str, work: Work | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._hold(name, work or Work(tuple(name.split("-")))))
        self.tasks.append(task)
        return task

    async def next(self) -> None:
        self._let_go.release()
        for _ in range(6):
            await asyncio.sleep(0)

    async def drain(self) -> list[str]:
        for _ in self.tasks:
            await self.next()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.order

    async def _hold(self, name: str, work: Work) -> None:
        async with self._slots.slot(work):
            self.order.append(name)
            await self._let_go.acquire()


def is_empty(slots: FairSlots) -> bool:
    return not (slots._queue or slots._queued or slots._held)


async def test_a_flood_delays_another_caller_by_one_turn() -> None:
    slots = FairSlots(1)
    desk = Desk(slots)
    for number in range(20):
        desk.ask(f"flood-{number}")
    await asyncio.sleep(0)
    desk.ask("honest-0")
    await asyncio.sleep(0)
    assert (await desk.drain())[:3] == ["flood-0", "flood-1", "honest-0"]
    assert is_empty(slots)


@pytest.mark.parametrize("share", [(), ("",), ("one", "ada", "1"), (None,), (None, ""), (0, 1)])
async def test_a_free_slot_is_taken_without_a_wait_and_counts_for_its_caller(share: Share) -> None:
    """Also for the server's own work, whose caller has an empty name, and for that of no group."""
    slots = FairSlots(2, per_caller=1)
    work = Work(*([share] if share else []))
    held = slots.slot(work)
    with pytest.raises(StopIteration):  # the coroutine ended without giving way once
        held.__aenter__().__await__().send(None)
    second = Desk(slots).ask("second", work)
    await asyncio.sleep(0)
    assert slots._free == 1  # the other slot is for other callers
    await held.__aexit__(None, None, None)
    assert slots._free == 1
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert slots._free == 2
    assert is_empty(slots)


async def test_a_newcomer_does_not_overtake_those_who_wait() -> None:
    slots = FairSlots(1)
    desk = Desk(slots)
    for name in ("first", "second"):
        desk.ask(name)
    await asyncio.sleep(0)
    await desk.next()  # the slot of the first goes to the second, whatever comes now
    desk.ask("third")
    assert await desk.drain() == ["first", "second", "third"]


async def test_a_caller_holds_no_more_than_its_share_even_if_others_are_idle() -> None:
    slots = FairSlots(3, per_caller=2)
    desk = Desk(slots)
    for number in range(4):
        desk.ask(f"flood-{number}")
    await asyncio.sleep(0)
    assert desk.order == ["flood-0", "flood-1"]
    desk.ask("honest-0")
    await asyncio.sleep(0)
    assert desk.order[-1] == "honest-0"
    await desk.drain()
    assert is_empty(slots)


async def test_what_waits_of_a_caller_is_bounded() -> None:
    slots = FairSlots(1, waiting=2)
    desk = Desk(slots)
    asked = [desk.ask(f"flood-{number}") for number in range(5)]
    honest = desk.ask("honest-0")
    for _ in range(3):
        await asyncio.sleep(0)
    assert [task.done() for task in asked] == [False, False, False, True, True]
    assert isinstance(asked[4].exception(), TooManyWaiting)
    assert not honest.done()
    await desk.drain()
    assert is_empty(slots)


async def test_who_joins_waiting_work_gives_it_their_turn() -> None:
    slots = FairSlots(1)
    desk = Desk(slots)
    for number in range(10):
        desk.ask(f"flood-{number}")
    shared = Work(("flood", "shared"))
    desk.ask("shared", shared)
    await asyncio.sleep(0)
    shared.join(Work(("honest",)))
    order = await desk.drain()
    assert order.index("shared") == 2
    assert is_empty(slots)


@pytest.mark.parametrize("turns", range(4))
async def test_a_wait_that_is_cancelled_loses_no_slot(turns: int) -> None:
    slots = FairSlots(1)
    desk = Desk(slots)
    first, second, third = (desk.ask(name) for name in ("a", "b", "c"))
    await asyncio.sleep(0)
    desk._let_go.release()
    for _ in range(turns):
        await asyncio.sleep(0)
    second.cancel()
    await desk.drain()
    assert first.done()
    assert third.done()
    assert desk.order[-1] == "c"
    assert is_empty(slots)
    async with slots.slot(Work(("d",))):
        pass


async def test_a_gauge_has_how_much_waits_however_the_wait_ends() -> None:
    gauge = Gauge("length", "What waits.", registry=None)
    slots = FairSlots(1, waiting=2, length=gauge)
    desk = Desk(slots)
    for name in ("flood-0", "flood-1", "flood-2", "flood-3", "honest-0"):
        desk.ask(name)  # one has the slot, and one is too many
    cancelled = desk.tasks[-1]
    for _ in range(3):
        await asyncio.sleep(0)
    assert gauge._value.get() == 3
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    assert gauge._value.get() == 2
    await desk.next()
    assert gauge._value.get() == 1
    await desk.drain()
    assert gauge._value.get() == 0
