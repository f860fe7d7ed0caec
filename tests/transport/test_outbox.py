"""Who writes to many connections waits for none of them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest

from graph.transport.outbox import ClientGone, Outbox


class Client:
    """An ASGI server's side: takes messages while it reads, and holds up those who send others.

    It has a wire, on which the text of a message is the value of its member ``state``.
    """

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.got: list[Any] = []
        self.frames = 0
        self.error: Exception | None = None

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        if self.error is not None:
            raise self.error
        self.got.append(message)

    @staticmethod
    def framed(data: bytes) -> bytes:
        return data

    def write(self, frame: bytes) -> bool:
        if not self.reads.is_set():
            return False
        if self.error is not None:
            raise self.error
        self.got.append({"state": frame})
        self.frames += 1
        return True


class Words:
    """A source of given words."""

    def __init__(self, *words: Any) -> None:
        self.words = deque(words)

    def take(self) -> Any:
        return self.words.popleft() if self.words else None


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
async def outbox(client: Client) -> AsyncIterator[Outbox]:
    outbox = Outbox(client.send)
    yield outbox
    await outbox.aclose()


async def test_what_is_posted_to_a_client_that_reads_is_sent_at_once(
    outbox: Outbox, client: Client
) -> None:
    outbox.post({"n": 1})
    outbox.offer(Words({"n": 2}, {"n": 3}))
    assert client.got == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert not outbox.busy
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_sources_take_turns_once_the_client_reads_again(
    outbox: Outbox, client: Client
) -> None:
    client.reads.clear()
    outbox.post({"n": 1})
    assert outbox.busy
    a, b = Words({"a": 1}, {"a": 2}, {"a": 3}), Words({"b": 1}, {"b": 2})
    for source in (a, b, a):
        outbox.offer(source)
    await asyncio.sleep(0)
    assert client.got == []
    assert outbox.waits
    client.reads.set()
    await asyncio.wait_for(outbox.emptied(), 5)
    assert client.got == [{"n": 1}, {"a": 1}, {"b": 1}, {"a": 2}, {"b": 2}, {"a": 3}]
    outbox.post({"n": 2})
    assert client.got[-1] == {"n": 2}


async def test_a_frame_is_written_only_on_a_wire_that_takes_it_at_once(
    outbox: Outbox, client: Client
) -> None:
    assert not outbox.write(b"1")
    wired = Outbox(client.send, client)
    wired.sent_at = -1.0
    client.reads.clear()
    assert not wired.write(b"2")
    assert wired.sent_at == -1.0
    client.reads.set()
    assert wired.write(b"3")
    assert wired.sent_at > 0
    await wired.aclose()
    assert not wired.write(b"4")
    assert client.got == [{"state": b"3"}]


@pytest.mark.parametrize("error", [OSError("gone"), KeyError("a bug")])
async def test_an_error_of_a_wire_closes_its_connection_and_is_not_raised(
    client: Client, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    outbox, client.error = Outbox(client.send, client), error
    assert not outbox.write(b"1")
    assert outbox.closed
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert bool(errors) is isinstance(error, KeyError)


async def test_the_client_may_stop_again_and_again(outbox: Outbox, client: Client) -> None:
    for number in range(5):
        client.reads.clear()
        outbox.post({"n": number})
        outbox.offer(Words({"later": number}))
        client.reads.set()
        await asyncio.wait_for(outbox.emptied(), 5)
    assert client.got == [{k: n} for n in range(5) for k in ("n", "later")]


async def test_a_client_is_stuck_only_if_it_has_read_nothing_for_long(
    outbox: Outbox, client: Client
) -> None:
    assert not outbox.is_stuck(0)
    client.reads.clear()
    outbox.post({"n": 1})
    assert not outbox.is_stuck(0)  # the rest has not even been awaited
    await asyncio.sleep(0)
    assert outbox.is_stuck(0)
    assert not outbox.is_stuck(60)
    waiting = asyncio.create_task(outbox.send({"n": 2}))
    await asyncio.sleep(0)
    client.reads.set()
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(outbox.emptied(), 5)
    assert not outbox.is_stuck(0)


@pytest.mark.parametrize("blocked", [True, False])
@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("closed"), KeyError("a bug")])
async def test_an_error_of_one_connection_closes_it_and_is_not_raised(
    client: Client,
    outbox: Outbox,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
    *,
    blocked: bool,
) -> None:
    client.error = error
    if blocked:
        client.reads.clear()
    outbox.post({"n": 1})
    client.reads.set()
    await asyncio.wait_for(outbox.emptied(), 5)
    assert outbox.closed
    outbox.post({"n": 2})
    outbox.offer(Words({"n": 3}))
    assert client.got == []
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert bool(errors) is isinstance(error, KeyError)
    with pytest.raises(ClientGone):
        await outbox.send({"n": 4})


async def test_closing_drops_what_waits_and_leaves_no_task(outbox: Outbox, client: Client) -> None:
    for started in (True, False):
        client.reads.clear()
        box = Outbox(client.send)
        box.post({"n": 1})
        box.offer(Words({"n": 2}))
        if started:
            await asyncio.sleep(0)
        await box.aclose()
        client.reads.set()
        assert client.got == []
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not outbox.closed
