"""Waits that end by themselves, at their deadline, or all at once."""

from __future__ import annotations

import asyncio
from contextvars import Context

import pytest

from graph.concurrency import NoRoom, Waits, Withdrawn, Work, begin_work


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_wait_ends_at_its_deadline_without_an_error() -> None:
    async with Waits().at_most(0):
        await never()


async def test_what_happens_in_time_ends_the_wait() -> None:
    async with Waits().at_most(3_600):
        happened = True
    assert happened


async def test_an_error_is_raised_also_one_of_another_time_out() -> None:
    waits = Waits()
    for error in (ValueError("x"), TimeoutError("another")):
        with pytest.raises(type(error)):
            async with waits.at_most(3_600):
                raise error


async def test_all_waits_end_when_the_server_stops() -> None:
    waits, ended = Waits(), []

    async def wait(name: str) -> None:
        async with waits.at_most(3_600):
            await never()
        ended.append(name)

    tasks = [asyncio.create_task(wait(name)) for name in "ab"]
    await asyncio.sleep(0)
    waits.end()
    await asyncio.wait_for(asyncio.gather(*tasks), 10)
    await asyncio.wait_for(wait("later"), 10)
    assert sorted(ended) == ["a", "b", "later"]


async def test_only_waits_of_withdrawn_credentials_end_and_with_an_error() -> None:
    waits = Waits()

    async def wait(credential: str | None, since: int = 0) -> None:
        async with waits.at_most(3_600, credential, since=since):
            await never()

    lost, kept, unnamed = (asyncio.create_task(wait(name)) for name in ("lost", "kept", None))
    await asyncio.sleep(0)
    waits.withdraw({"lost", "another"})
    with pytest.raises(Withdrawn):
        await asyncio.wait_for(lost, 10)
    authenticated_again = asyncio.create_task(wait("lost", waits.withdrawals))
    await asyncio.sleep(0)
    assert not any(task.done() for task in (kept, unnamed, authenticated_again))
    waits.end()
    await asyncio.wait_for(asyncio.gather(kept, unnamed, authenticated_again), 10)


async def test_a_wait_does_not_begin_or_succeed_for_who_was_authenticated_before() -> None:
    waits = Waits()
    waits.withdraw({"lost"})
    with pytest.raises(Withdrawn):
        async with waits.at_most(3_600, "lost", since=0):
            raise AssertionError("it began")
    with pytest.raises(Withdrawn):
        async with waits.at_most(3_600, "lost", since=1):
            waits.withdraw({"lost"})


async def test_a_wait_ends_with_an_error_when_the_credential_expires() -> None:
    waits = Waits()
    for seconds in (0.01, 0.0, -5.0):
        with pytest.raises(Withdrawn):
            async with waits.at_most(3_600, "name", expires_in=seconds):
                await never()
    async with waits.at_most(0.01, "name", expires_in=3_600):
        await never()
    async with waits.at_most(3_600, "name", expires_in=3_600):
        pass


async def test_a_cancelled_wait_is_cancelled() -> None:
    waits = Waits()

    async def wait() -> None:
        async with waits.at_most(3_600):
            await never()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_one_caller_leaves_room_for_another() -> None:
    waits = Waits(most=4)

    async def wait() -> None:
        async with waits.at_most(3_600):
            await never()

    def begin(caller: str) -> asyncio.Task[None]:
        context = Context()
        context.run(begin_work, Work((caller, None, "request")))
        return asyncio.create_task(wait(), context=context)

    tasks = [begin("greedy") for _ in range(3)]
    await asyncio.sleep(0)
    assert [task.done() for task in tasks] == [False, False, True]
    assert isinstance(tasks[2].exception(), NoRoom)
    tasks.append(begin("other"))
    await asyncio.sleep(0)
    assert not tasks[3].done()
    waits.end()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with waits.at_most(0):
        await never()
