"""The replacements of asyncio's event and queue, and of uvicorn's flow control."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from unittest.mock import Mock

import pytest

from graph.server.light import Flow, LightEvent, LightQueue, Pipeline


async def test_all_who_wait_for_an_event_continue_once_it_is_set() -> None:
    event = LightEvent()
    waiting = [asyncio.ensure_future(event.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    event.set()
    event.clear()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert not event.is_set()


async def test_an_event_that_is_set_is_not_waited_for() -> None:
    event = LightEvent(is_set=True)
    assert event.is_set()
    assert await event.wait()


async def test_one_who_stops_waiting_leaves_the_others_and_no_trace() -> None:
    event = LightEvent()
    first, second = (asyncio.ensure_future(event.wait()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    event.set()
    assert await second
    assert event.is_set()


async def test_a_queue_hands_out_in_order_what_arrives_before_and_while_it_is_read() -> None:
    queue: LightQueue[int] = LightQueue([1])
    queue.put_nowait(2)
    assert [await queue.get(), await queue.get()] == [1, 2]
    assert queue.empty()
    reading = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(3)
    queue.put_nowait(4)
    assert not queue.empty()
    assert [await reading, await queue.get()] == [3, 4]


async def test_a_reader_that_is_cancelled_loses_no_item() -> None:
    queue: LightQueue[int] = LightQueue()
    reading = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await queue.get() == 1


async def test_writing_waits_while_it_is_paused_and_reading_is_paused_once() -> None:
    transport = Mock()
    flow = Flow(cast("Any", transport))
    await flow.drain()
    flow.pause_writing()
    draining = asyncio.ensure_future(flow.drain())
    await asyncio.sleep(0)
    assert flow.write_paused
    assert not draining.done()
    flow.resume_writing()
    await draining
    for change in (flow.pause_reading, flow.pause_reading, flow.resume_reading):
        change()
    flow.resume_reading()
    assert [name for name, *_ in transport.mock_calls] == ["pause_reading", "resume_reading"]


def test_requests_that_wait_are_answered_in_order() -> None:
    pipeline: Pipeline[int] = Pipeline()
    assert not pipeline
    for each in (1, 2, 3):
        pipeline.appendleft(each)
    assert [pipeline.pop() for _ in range(3)] == [1, 2, 3]
