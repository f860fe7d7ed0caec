"""Streams and sockets end if the credentials of their caller are withdrawn, and no others do."""

from __future__ import annotations

import asyncio
import json

from tests.transport.small import app
from tests.transport.test_streams import APOLLOS
from tests.transport.wire import Socket, Streaming

ENDLESS = "subscription { count(to: 11) }"
ERROR = {"message": "Credentials no longer valid", "extensions": {"code": "UNAUTHENTICATED"}}


def is_ann(identity: object) -> bool:
    return identity == "ann"


async def test_an_event_stream_ends_with_an_error_and_complete() -> None:
    served = app()
    async with Streaming(served, ENDLESS, b"ann") as hers, Streaming(served, ENDLESS) as other:
        await hers.until(lambda: hers.text.count("event: next") == 11)
        await other.until(lambda: other.text.count("event: next") == 11)
        served.withdraw(is_ann)
        await hers.ended()
        assert not other.task.done()
    last = hers.text.rpartition("event: next\ndata: ")[2]
    data, _, rest = last.partition("\n\n")
    assert json.loads(data) == {"errors": [ERROR]}
    assert rest == "event: complete\ndata:\n\n"
    assert hers.sent[-1]["more_body"] is False


async def test_a_multipart_stream_ends_with_an_error_and_its_boundary() -> None:
    served = app()
    async with Streaming(served, ENDLESS, b"ann", accept=APOLLOS) as stream:
        await stream.until(lambda: stream.text.count('"count"') == 11)
        served.withdraw(is_ann)
        await stream.ended()
    last = stream.text.rpartition("\r\n\r\n")[2]
    body, _, rest = last.partition("\r\n")
    assert json.loads(body) == {"payload": None, "errors": [ERROR]}
    assert rest == "--graphql--\r\n"


async def test_a_socket_is_closed_and_one_without_a_caller_is_not() -> None:
    served = app()
    async with Socket(served) as hers, Socket(served) as other, Socket(served) as silent:
        hers.say({"type": "connection_init", "payload": {"token": "ann"}})
        hers.say({"type": "subscribe", "id": "1", "payload": {"query": ENDLESS}})
        other.say({"type": "connection_init", "payload": {"token": "bob"}})
        await hers.until(lambda: len(hers.heard) == 12)
        await other.until(lambda: len(other.heard) == 1)
        served.withdraw(is_ann)
        await hers.ended()
        assert hers.closed_with == (4403, "Credentials no longer valid")
        assert not other.task.done()
        assert not silent.task.done()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_withdrawal_is_not_the_end_for_new_ones() -> None:
    served = app()
    served.withdraw(is_ann)
    async with Streaming(served, ENDLESS, b"ann") as stream:
        await stream.until(lambda: "event: next" in stream.text)
    assert stream.status == 200
