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
    """Holds a slot for as long as it is sent, and closes its source when the client leaves.

    Gives a sign of life whenever nothing came for so long, lest a proxy closes it.
    """

    def __init__(
        self,
        results: AsyncGenerator[Payload, None],
        form: Format,
        *,
        slots: Slots,
        caller: Hashable,
        keep_alive_seconds: float,
    ) -> None:
        self._events = events(results, form)
        super().__init__(self._events, headers={"Content-Type": form.content_type, **_UNBUFFERED})
        self._form, self._slots, self._caller = form, slots, caller
        self._seconds = keep_alive_seconds
        self._sent_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slots.taken(self._caller):
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": list(self.raw_headers)}
        )
        clock = asyncio.get_running_loop().time
        self._sent_at = clock()
        # Owned by this response: cancelled and awaited below.
        beating = asyncio.create_task(self._beat(send))
        try:
            async for event in self._events:
                self._sent_at = clock()
                await send({"type": "http.response.body", "body": event, "more_body": True})
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _beat(self, send: Send) -> None:
        """One task a stream: a deadline for each event would cost more than the event."""
        clock = asyncio.get_running_loop().time
        while True:
            silent = clock() - self._sent_at
            if silent < self._seconds:
                await asyncio.sleep(self._seconds - silent)
                continue
            self._sent_at = clock()
            body = self._form.keep_alive
            await send({"type": "http.response.body", "body": body, "more_body": True})


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
