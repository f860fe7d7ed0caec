"""Tasks of different callers take turns on the event loop; all else is as in asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from graph.concurrency import FairLoop, Work, begin_work

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]


class Clock:
    """Stands still except for what is burnt."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def burn(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(clock: Clock) -> Iterator[Run[Any]]:
    with asyncio.Runner(loop_factory=lambda: FairLoop(clock)) as runner:
        yield runner.run


async def working(caller: str, steps: int, seconds: float, log: list[str], clock: Clock) -> None:
    begin_work(Work((caller,)))
    for _ in range(steps):
        await asyncio.sleep(0)
        clock.burn(seconds)
        log.append(caller)


@pytest.mark.parametrize("seconds", [0.0001, 0.001, 0.05])
def test_a_caller_with_many_tasks_delays_each_step_of_another_by_a_turn(
    run: Run[None], clock: Clock, seconds: float
) -> None:
    log: list[str] = []

    async def main() -> None:
        flood = [asyncio.create_task(working("flood", 10, seconds, log, clock)) for _ in range(200)]
        await asyncio.create_task(working("honest", 20, 0.0001, log, clock))
        for task in flood:
            task.cancel()

    run(main())
    first, last = log.index("honest"), len(log) - log[::-1].index("honest")
    assert log[first:last].count("flood") <= 20 * (1 + 0.0005 / seconds)


def test_on_asyncios_own_loop_it_waits_for_all_of_them(clock: Clock) -> None:
    """What the test above would see without turns."""
    log: list[str] = []

    async def main() -> None:
        flood = [asyncio.create_task(working("flood", 10, 0, log, clock)) for _ in range(200)]
        await asyncio.create_task(working("honest", 5, 0, log, clock))
        for task in flood:
            task.cancel()

    asyncio.run(main())
    assert log.count("flood") >= 800


def test_the_steps_of_one_caller_keep_their_order(run: Run[list[int]]) -> None:
    async def main() -> list[int]:
        begin_work(Work(("key",)))
        called: list[int] = []
        loop = asyncio.get_running_loop()
        for number in range(50):
            loop.call_soon(called.append, number)
        await asyncio.sleep(0)
        return called

    assert run(main()) == list(range(50))


def test_a_call_that_is_cancelled_is_not_made(run: Run[list[int]]) -> None:
    async def main() -> list[int]:
        begin_work(Work(("key",)))
        called: list[int] = []
        loop = asyncio.get_running_loop()
        handles = [loop.call_soon(called.append, number) for number in range(3)]
        handles[1].cancel()
        await asyncio.sleep(0)
        return called

    assert run(main()) == [0, 2]


def test_a_shared_work_continues_when_the_first_of_its_callers_has_a_turn(
    run: Run[list[str]], clock: Clock
) -> None:
    async def main() -> list[str]:
        log: list[str] = []
        shared = Work(("flood",), ("honest",))

        async def follow() -> None:
            begin_work(shared)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            log.append("shared")

        flood = [asyncio.create_task(working("flood", 5, 0.0005, log, clock)) for _ in range(100)]
        await asyncio.create_task(follow())
        for task in flood:
            task.cancel()
        return log

    assert run(main()).index("shared") < 100


def test_an_error_of_a_callback_is_reported_and_ends_nothing(
    run: Run[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> list[str]:
        begin_work(Work(("key",)))
        called: list[str] = []
        loop = asyncio.get_running_loop()
        loop.call_soon(dict[str, int]().__getitem__, "missing")
        loop.call_soon(called.append, "after it")
        await asyncio.sleep(0)
        return called

    assert run(main()) == ["after it"]
    assert "KeyError: 'missing'" in caplog.text


@pytest.mark.parametrize("ending", [SystemExit, KeyboardInterrupt])
def test_an_error_that_ends_the_process_ends_the_loop(ending: type[BaseException]) -> None:
    loop = FairLoop()

    def fail() -> None:
        raise ending

    async def main() -> None:
        begin_work(Work(("key",)))
        asyncio.get_running_loop().call_soon(fail)
        await asyncio.Event().wait()

    task = loop.create_task(main())
    with pytest.raises(ending):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_sockets_and_timers_go_on_while_callers_have_much_to_do(
    run: Run[int], clock: Clock
) -> None:
    async def main() -> int:
        log: list[str] = []
        flood = [
            asyncio.create_task(working("flood", 1_000, 0.001, log, clock)) for _ in range(100)
        ]
        reader, writer = await _pair()
        async with asyncio.timeout(60):
            for _ in range(5):
                writer.write(b"x")
                assert await reader.readexactly(1) == b"x"
                await asyncio.sleep(0.001)
        writer.close()
        await writer.wait_closed()
        for task in flood:
            task.cancel()
        return len(log)

    assert run(main()) < 100_000


def test_a_closed_loop_takes_no_calls() -> None:
    loop = FairLoop()
    loop.close()
    begun = asyncio.new_event_loop()
    try:

        async def main() -> None:
            begin_work(Work(("key",)))
            with pytest.raises(RuntimeError, match="closed"):
                loop.call_soon(print)

        begun.run_until_complete(main())
    finally:
        begun.close()


async def _pair() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a server that returns what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    server.close()
    return reader, writer
