"""Writes after an effect: never an error, repeated for a while, and never in silence."""

from __future__ import annotations

import asyncio
import logging

import pytest

from graph.concurrency import Share, Work, begin_work, bookkeeping
from graph.concurrency.bookkeeping import Bookkeeping, Write
from graph.model.errors import Upstream
from tests.runs.watch.held import HeldClock


def failing(times: int, error: Exception | None = None) -> tuple[list[int], Write]:
    """A write that fails a number of times, and the list in which it counts its tries."""
    tries: list[int] = []

    async def write() -> None:
        tries.append(len(tries))
        if len(tries) <= times:
            raise error or Upstream("away")

    return tries, write


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


async def test_what_succeeds_at_once_is_not_repeated(clock: HeldClock) -> None:
    kept, (tries, write) = Bookkeeping(clock), failing(0)
    await kept.settle("it", write)
    await clock.turn(10_000)
    assert tries == [0]
    await kept.aclose()


@pytest.mark.parametrize("error", [Upstream("away"), KeyError("x"), TimeoutError()])
async def test_what_fails_is_repeated_until_it_succeeds(
    clock: HeldClock, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    kept, (tries, write) = Bookkeeping(clock), failing(4, error)
    with caplog.at_level(logging.INFO):
        await kept.settle("the start of exec-1", write)
        assert len(tries) == 1
        for expected, seconds in ((2, 1), (3, 2), (4, 4), (5, 8), (5, 10_000)):
            await clock.turn(seconds)
            assert len(tries) == expected
    assert "recorded after all: the start of exec-1" in caplog.text
    await kept.aclose()


async def test_a_store_that_stays_away_is_given_up_and_logged(
    clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept, (tries, write) = Bookkeeping(clock), failing(1_000)
    await kept.settle("the start of exec-1", write)
    await clock.turn(3_600)
    assert len(tries) == 1 + bookkeeping._TRIES
    assert "not recorded, because the store did not recover: the start of exec-1" in caplog.text
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_open_when_the_server_stops_is_logged(
    clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept, (_, write) = Bookkeeping(clock), failing(1_000)
    await kept.settle("the start of exec-1", write)
    await clock.turn(1)
    await kept.aclose()
    assert "not recorded, because the server is stopping: the start of exec-1" in caplog.text


async def test_only_so_much_is_repeated_at_once(
    clock: HeldClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "_MOST", 4)
    kept, (_, write) = Bookkeeping(clock), failing(1_000)
    for number in range(3):
        await kept.settle(f"exec-{number}", write)
    assert "too many records are waiting, of which 2 are this caller's: exec-2" in caplog.text
    await kept.aclose()


@pytest.mark.parametrize(("others", "share"), [(("flood", None), 4), (("portal", "another"), 3)])
async def test_a_caller_with_many_records_leaves_room_for_those_of_others(
    clock: HeldClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    others: tuple[str, str | None],
    share: int,
) -> None:
    monkeypatch.setattr(bookkeeping, "_MOST", 8)
    kept, (_, write) = Bookkeeping(clock), failing(1_000)

    async def settle(caller: Share, what: str) -> None:
        begin_work(Work(caller))
        await kept.settle(what, write)

    for number in range(20):
        await asyncio.create_task(settle((*others, f"r-{number}"), f"exec-{number}"))
    assert f"waiting, of which {share} are this caller's: exec-{share}" in caplog.text
    caplog.clear()
    await asyncio.create_task(settle(("portal", "one", "r"), "exec-x"))
    assert "too many" not in caplog.text
    await kept.aclose()


async def test_records_that_are_written_make_room_for_others(
    clock: HeldClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "_MOST", 2)
    kept = Bookkeeping(clock)
    for number in range(3):
        await kept.settle(f"exec-{number}", failing(1)[1])
        await clock.turn(1)
    assert "too many" not in caplog.text
    await kept.aclose()


async def test_a_write_that_hangs_delays_the_answer_for_seconds_only(
    clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "_INLINE_SECONDS", 0.001)
    kept = Bookkeeping(clock)

    async def write() -> None:
        await asyncio.Event().wait()

    await asyncio.wait_for(kept.settle("it", write), 10)
    await kept.aclose()
