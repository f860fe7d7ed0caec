"""Operations whose results come one by one in a single response: how each is written, and when."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from graph.transport.accept import MULTIPART, SSE
from graph.transport.refusals import too_many
from graph.transport.results import Payload

_UNBUFFERED: Final = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold the keep-alives back
}


@dataclass(frozen=True, slots=True)
class Format:
    """What is written before all, for a result, meanwhile, and after all."""

    content_type: str
    head: bytes
    next: bytes
    """With ``%s`` for the JSON of the result."""
    keep_alive: bytes
    complete: bytes


_PART: Final = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n%s\r\n--graphql"
FORMATS: Final = {
    # graphql-sse, "distinct connections mode". LF throughout: urql's client fails on CRLF.
    SSE: Format(
        content_type="text/event-stream; charset=utf-8",
        head=b"",
        next=b"event: next\ndata: %s\n\n",
        keep_alive=b": ping\n\n",
        complete=b"event: complete\ndata: \n\n",
    ),
    # Apollo's "multipart HTTP protocol for GraphQL subscriptions", 1.0.
    MULTIPART: Format(
        content_type='multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
        head=b"--graphql",
        next=_PART % b'{"payload":%s}',
        keep_alive=_PART % b"{}",
        complete=b"--\r\n",
    ),
}


class Slots:
    """How many streams are open, in all and by caller."""

    def __init__(self, most: int, most_of_a_caller: int) -> None:
        self._most, self._most_of_a_caller = most, most_of_a_caller
        self._open: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._open.total()

    def check(self, caller: Hashable) -> None:
        """Raises Refusal where one more would be too many."""
        if len(self) >= self._most:
            raise too_many("the server has as many event streams as it takes")
        if self._open[caller] >= self._most_of_a_caller:
            raise too_many("you have as many event streams as one caller may have")

    @contextmanager
    def taken(self, caller: Hashable) -> Iterator[None]:
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


class EventStream(StreamingResponse):
    """Holds a slot for as long as it is sent, and closes its source when the client leaves."""

    def __init__(
        self, events: AsyncGenerator[bytes, None], form: Format, slots: Slots, caller: Hashable
    ) -> None:
        super().__init__(events, headers={"Content-Type": form.content_type, **_UNBUFFERED})
        self._events, self._slots, self._caller = events, slots, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slots.taken(self._caller):
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def events(
    results: AsyncGenerator[Payload, None], form: Format
) -> AsyncGenerator[bytes, None]:
    """A ``next`` for each result, and ``complete``."""
    if form.head:
        yield form.head
    async with aclosing(results):
        async for payload in results:
            yield form.next % payload.json
    yield form.complete


async def kept_alive(
    source: AsyncGenerator[bytes, None], form: Format, seconds: float
) -> AsyncGenerator[bytes, None]:
    """The same with a sign of life whenever nothing came for so long, lest a proxy closes it."""
    async with aclosing(source):
        waiting: asyncio.Future[bytes] | None = None
        try:
            while True:
                # Owned by this generator: cancelled and awaited below.
                waiting = waiting or asyncio.ensure_future(anext(source))
                done, _ = await asyncio.wait({waiting}, timeout=seconds)
                if not done:
                    yield form.keep_alive
                    continue
                try:
                    event = waiting.result()
                except StopAsyncIteration:
                    return
                waiting = None
                yield event
        finally:
            if waiting is not None:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
