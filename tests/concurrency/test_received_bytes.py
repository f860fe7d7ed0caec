"""Bodies that are incomplete hold a bounded number of bytes, of each caller and in total."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from graph.concurrency import ReceivedBytes, TooManyBytes, Work, begin_work

Received = asyncio.Task[bytes | None]


class Stalled:
    """A body whose client sends some of it, and then nothing until it is told to."""

    def __init__(self, *parts: bytes, error: Exception | None = None) -> None:
        self._parts, self._error = parts, error
        self.goes_on = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
        await self.goes_on.wait()
        if self._error is not None:
            raise self._error


async def begun(
    bodies: ReceivedBytes, body: Stalled, key: str, user: str | None = None, limit: int = 1_000
) -> Received:
    """A body of a caller, of which all has been received that was sent."""

    async def collect() -> bytes | None:
        begin_work(Work((key, user)))
        return await bodies.collect(body, limit)

    task = asyncio.create_task(collect())
    for _ in range(5):
        await asyncio.sleep(0)
    return task


def refusals(tasks: list[Received]) -> Iterator[bool | None]:
    """Of each body, whether it was too much of its caller or of all; None for a good one."""
    for task in tasks:
        error = task.exception() if task.done() else None
        assert error is None or isinstance(error, TooManyBytes)
        yield error.of_caller if error else None


@pytest.mark.parametrize(
    ("callers", "expected"),
    [
        ([("a", None)] * 5, [None, None, None, None, True]),
        ([("a", "u")] * 3, [None, True, True]),
        ([("a", name) for name in "uvwxy"], [None, None, None, None, True]),
        ([(name, None) for name in "abcdefgh"], [None, None, None, None, None, None, False, False]),
        ([("a", None)] * 5 + [("b", None)], [None, None, None, None, True, None]),
    ],
    ids=["a key", "an end user", "end users of a key", "many keys", "a key beside another"],
)
async def test_who_holds_too_much_is_refused(
    callers: list[tuple[str, str | None]], expected: list[bool | None]
) -> None:
    bodies, body = ReceivedBytes(600, 400), Stalled(b"x" * 40, b"y" * 60)
    tasks = [await begun(bodies, body, *caller) for caller in callers]
    assert list(refusals(tasks)) == expected
    assert bodies.held == 100 * expected.count(None)
    body.goes_on.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert told.count(b"x" * 40 + b"y" * 60) == expected.count(None)
    assert bodies.held == 0


@pytest.mark.parametrize("end", ["it is complete", "the client leaves", "it is cancelled"])
async def test_what_was_held_is_given_back(end: str) -> None:
    bodies = ReceivedBytes(100, 100)
    body = Stalled(b"x" * 100, error=OSError() if end == "the client leaves" else None)
    task = await begun(bodies, body, "a")
    refused = await begun(bodies, Stalled(b"x"), "a")
    assert isinstance(refused.exception(), TooManyBytes)
    if end == "it is cancelled":
        task.cancel()
    body.goes_on.set()
    await asyncio.wait([task])
    assert bodies.held == 0
    again = await begun(bodies, body, "a")
    await asyncio.wait([again])
    assert not isinstance(again.exception(), TooManyBytes)


@pytest.mark.parametrize("sizes", [[11], [10, 1], [1] * 11])
async def test_a_body_beyond_its_own_limit_is_cut(sizes: list[int]) -> None:
    bodies = ReceivedBytes(100, 100)
    body = Stalled(*(b"x" * size for size in sizes))
    task = await begun(bodies, body, "a", limit=10)
    for _ in range(20):
        await asyncio.sleep(0)
    assert task.done()
    assert task.result() is None
    assert bodies.held == 0


@pytest.mark.parametrize("largest", [1_024, 1 << 20, 50 << 20])
async def test_every_caller_may_send_a_body_of_the_largest_size(largest: int) -> None:
    bodies, body = ReceivedBytes.of_bodies(largest), Stalled(b"x" * largest)
    tasks = [await begun(bodies, body, f"{number}", "u", largest) for number in range(8)]
    assert not any(task.done() for task in tasks)
    body.goes_on.set()
    assert [len(whole or b"") for whole in await asyncio.gather(*tasks)] == [largest] * 8
