"""A connection ends when anyone says so, for the first reason that was given."""

from __future__ import annotations

import asyncio

import pytest

from graph.transport.lifetime import Ending, Lifetime


async def waiting(lifetime: Lifetime) -> str:
    async with lifetime:
        await asyncio.Event().wait()
    return "left"


@pytest.mark.parametrize("rounds", [0, 1, 3])
async def test_the_body_is_left_as_soon_as_it_is_to_end(rounds: int) -> None:
    """Also if that is before it is entered."""
    lifetime = Lifetime()
    task = asyncio.create_task(waiting(lifetime))
    for _ in range(rounds):
        await asyncio.sleep(0)
    lifetime.end(Ending.STOPPED)
    lifetime.end(Ending.STUCK)
    assert await asyncio.wait_for(task, 5) == "left"
    assert lifetime.ending is Ending.STOPPED
    assert task.cancelling() == 0


async def test_a_body_that_ends_by_itself_has_no_ending() -> None:
    lifetime = Lifetime()
    async with lifetime:
        pass
    assert lifetime.ending is None
    lifetime.end(Ending.STOPPED)  # too late to interrupt anything
    await asyncio.sleep(0)


@pytest.mark.parametrize("entered", [True, False])
@pytest.mark.parametrize("seconds", [-5.0, 0.0, 0.01])
async def test_the_body_is_left_when_the_credentials_expire(
    *, entered: bool, seconds: float
) -> None:
    lifetime = Lifetime()
    if not entered:
        lifetime.expire_in(seconds)
    task = asyncio.create_task(waiting(lifetime))
    await asyncio.sleep(0)
    if entered:
        lifetime.expire_in(seconds)
    assert await asyncio.wait_for(task, 5) == "left"
    assert lifetime.ending is Ending.WITHDRAWN


@pytest.mark.parametrize("seconds", [1, 60, 3_600, 86_400])
async def test_the_body_is_left_within_a_second_of_the_expiry(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    loop = asyncio.get_running_loop()
    clock = loop.time
    lifetime = Lifetime()
    task = asyncio.create_task(waiting(lifetime))
    await asyncio.sleep(0)
    lifetime.expire_in(seconds)
    for ahead, ends in ((seconds - 0.9, False), (seconds + 0.9, True)):
        monkeypatch.setattr(loop, "time", lambda ahead=ahead: clock() + ahead)
        for _ in range(5):
            await asyncio.sleep(0)
        assert task.done() is ends
    assert lifetime.ending is Ending.WITHDRAWN


async def test_an_expiry_does_not_delay_or_replace_another_ending() -> None:
    lifetime = Lifetime()
    lifetime.expire_in(3_600)
    lifetime.expire_in(None)
    task = asyncio.create_task(waiting(lifetime))
    await asyncio.sleep(0)
    lifetime.end(Ending.STOPPED)
    lifetime.expire_in(0)
    assert await asyncio.wait_for(task, 5) == "left"
    assert lifetime.ending is Ending.STOPPED


async def test_errors_of_the_body_are_raised_timeouts_included() -> None:
    for error in (KeyError("x"), TimeoutError("its own")):
        with pytest.raises(type(error)):
            async with Lifetime():
                raise error


@pytest.mark.parametrize("ends_too", [True, False])
async def test_a_cancellation_from_outside_is_passed_on(*, ends_too: bool) -> None:
    lifetime = Lifetime()
    task = asyncio.create_task(waiting(lifetime))
    await asyncio.sleep(0)
    if ends_too:
        lifetime.end(Ending.STOPPED)
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.cancelled()
