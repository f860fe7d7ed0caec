"""A response that streams the results of an operation one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from graph.transport.endpoint import WITHDRAWN, Ending, Endpoint, abort
from graph.transport.execution.results import Payload
from graph.transport.report import Report

log = logging.getLogger(__name__)

_UNBUFFERED: Final = {
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # nginx would buffer the keep-alives
}
WITHDRAWN_ERROR: Final = orjson.dumps(
    {"errors": [{"message": WITHDRAWN, "extensions": {"code": "UNAUTHENTICATED"}}]}
)
_LAST_SECONDS: Final = 1.0
"""How long ending a stream may take when the server stops."""


@dataclass(frozen=True, slots=True)
class Format:
    """The bytes before all results, for each result, in between, and after all results."""

    content_type: str
    head: bytes
    next: bytes
    """With ``%s`` for the JSON of the result."""
    keep_alive: bytes
    complete: bytes
    stopped: bytes
    """In the place of ``complete`` if the server stops before the operation has ended."""
    withdrawn: bytes
    """The same if the credentials of the caller are no longer valid."""


class EventStream:
    """An ASGI response. Owns the tasks that write it, keep it alive and watch for disconnects."""

    def __init__(
        self,
        endpoint: Endpoint,
        form: Format,
        results: AsyncGenerator[Payload, None],
        report: Report,
    ) -> None:
        self._endpoint, self._form = endpoint, form
        self._results, self._report = results, report
        self.headers = {"Content-Type": form.content_type, **_UNBUFFERED}
        self._ended = False
        self._waits_since: float | None = None
        """Since when the client has not read what was sent; None if it has read all."""
        self._sent_at = 0.0

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        identity = self._report.identity
        names = self._endpoint.names_of(identity)
        try:
            with (
                self._endpoint.streams.taken(names),
                self._endpoint.until_stopped(identity) as stopped,
            ):
                await self._serve(receive, send, stopped)
        finally:
            self._report.end(cancelled=not self._ended)

    async def _serve(self, receive: Receive, send: Send, stopped: asyncio.Future[Ending]) -> None:
        tasks = [
            asyncio.create_task(work)  # owned by this response: cancelled and awaited below
            for work in (self._write(send), _disconnected(receive), self._watch(send))
        ]
        try:
            ends: list[asyncio.Future[Any]] = [*tasks, stopped]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        writer = tasks[0]
        if writer.cancelled():
            if stopped.done() and self._waits_since is None:
                withdrawn = stopped.result() is Ending.WITHDRAWN
                await self._finish(send, self._form.withdrawn if withdrawn else self._form.stopped)
        elif error := writer.exception():
            raise error

    async def _write(self, send: Send) -> None:
        headers = [(k.lower().encode(), v.encode()) for k, v in self.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._form.head:
            await self._send(send, self._form.head)
        async with aclosing(self._results) as results:
            async for payload in results:
                self._report.failures.update(payload.failures)
                await self._send(send, self._form.next % payload.json)
        self._ended = True
        await self._send(send, self._form.complete)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send, data: bytes) -> None:
        """Waits until the client reads. ``_watch`` limits that time."""
        now = asyncio.get_running_loop().time()
        if self._waits_since is None:
            self._waits_since = now
        self._sent_at = now
        await send({"type": "http.response.body", "body": data, "more_body": True})
        self._waits_since = None

    async def _watch(self, send: Send) -> None:
        """Sends keep-alives. Returns if the client does not read.

        A deadline per event would cost more than the event itself.
        """
        clock = asyncio.get_running_loop().time
        limits = self._endpoint.limits
        pause, stuck = limits.keep_alive_seconds, limits.stuck_seconds
        self._sent_at = clock()
        while True:
            await asyncio.sleep(min(pause - (clock() - self._sent_at), stuck))
            if self._waits_since is not None:
                if clock() - self._waits_since >= stuck:
                    break
            elif clock() - self._sent_at >= pause:
                try:
                    async with asyncio.timeout(stuck):
                        await self._send(send, self._form.keep_alive)
                except TimeoutError:
                    break
        log.info("closing a stream whose client does not read")
        abort(self._report.scope)

    async def _finish(self, send: Send, data: bytes) -> None:
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                await send({"type": "http.response.body", "body": data, "more_body": False})
        except (TimeoutError, OSError):
            log.debug("a client disconnected before its stream ended")


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
