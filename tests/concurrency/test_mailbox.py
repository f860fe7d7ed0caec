"""A mailbox holds the newest value, and its reader always learns the end."""

from __future__ import annotations

import asyncio

import pytest

from graph.concurrency import Mailbox


async def read(mailbox: Mailbox[int | None]) -> int | None:
    return await asyncio.wait_for(anext(mailbox), 5)


async def test_a_slow_reader_gets_only_the_newest_value() -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    for value in range(1_000):
        mailbox.put(value)
    assert await read(mailbox) == 999


async def test_each_value_is_read_once() -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    mailbox.put(1)
    assert await read(mailbox) == 1
    waiting = asyncio.ensure_future(anext(mailbox))
    await asyncio.sleep(0)
    assert not waiting.done()
    mailbox.put(2)
    assert await asyncio.wait_for(waiting, 5) == 2


async def test_none_is_a_value_like_any_other() -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    mailbox.put(None)
    assert await read(mailbox) is None


@pytest.mark.parametrize("error", [None, ValueError("broken")])
async def test_the_last_value_comes_before_the_end(error: Exception | None) -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    mailbox.put(1)
    mailbox.put(2)
    mailbox.close(error)
    assert await read(mailbox) == 2
    for _ in range(2):
        with pytest.raises(StopAsyncIteration if error is None else ValueError):
            await read(mailbox)


@pytest.mark.parametrize("error", [None, ValueError("broken")])
async def test_a_reader_that_waits_is_woken_by_the_end(error: Exception | None) -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    waiting = asyncio.ensure_future(anext(mailbox))
    await asyncio.sleep(0)
    mailbox.close(error)
    with pytest.raises(StopAsyncIteration if error is None else ValueError):
        await asyncio.wait_for(waiting, 5)


async def test_the_first_close_decides_how_the_iteration_ends() -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    mailbox.close(ValueError("first"))
    mailbox.close()
    with pytest.raises(ValueError, match="first"):
        await read(mailbox)


async def test_a_second_reader_is_an_error() -> None:
    mailbox: Mailbox[int | None] = Mailbox()
    readers = [asyncio.ensure_future(anext(mailbox)) for _ in range(2)]
    await asyncio.sleep(0)
    mailbox.put(1)
    results = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(result) for result in results] == [int, RuntimeError]
