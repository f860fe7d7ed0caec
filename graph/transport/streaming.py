"""A response that streams the results of an operation one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope, Send

from graph.transport.endpoint import WITHDRAWN, Endpoint, abort
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.results import Following, Payload
from graph.transport.follower import Follower
from graph.transport.lifetime import Ending, Lifetime
from graph.transport.outbox import ClientGone, Outbox
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

    def message(self, json: bytes) -> Message:
        """Carries a result."""
        return _part(self.next % json)


class EventStream:
    """An ASGI response, which lasts until either side ends it."""

    __slots__ = ("_asked", "_endpoint", "_form", "_report", "headers")

    def __init__(
        self, endpoint: Endpoint, form: Format, asked: OperationRequest, report: Report
    ) -> None:
        self._endpoint, self._form = endpoint, form
        self._asked, self._report = asked, report
        self.headers = {"Content-Type": form.content_type, **_UNBUFFERED}

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        endpoint, identity = self._endpoint, self._report.identity
        with (
            endpoint.streams.taken(endpoint.names_of(identity)),
            endpoint.opened(identity) as lifetime,
        ):
            stream = _OpenStream(endpoint, self._form, self._report, lifetime, Outbox(send))
            try:
                await stream.serve(self.headers, self._asked, receive)
            finally:
                self._report.end(cancelled=lifetime.ending is not Ending.COMPLETE)


class _OpenStream:
    """A response that has begun."""

    __slots__ = ("_endpoint", "_form", "_lifetime", "_outbox", "_report")

    def __init__(
        self,
        endpoint: Endpoint,
        form: Format,
        report: Report,
        lifetime: Lifetime,
        outbox: Outbox,
    ) -> None:
        self._endpoint, self._form, self._report = endpoint, form, report
        self._lifetime, self._outbox = lifetime, outbox

    async def serve(
        self, headers: Mapping[str, str], asked: OperationRequest, receive: Receive
    ) -> None:
        """Raises what prevents the results from being sent, unless the client has disconnected."""
        work: Follower | _Writer | None = None
        try:
            with self._endpoint.watchdog.checking(self._check, self._pause(0.0)):
                async with self._lifetime:
                    await self._start(headers)
                    work = self._begin(asked)
                    await _disconnected(receive)
            was_read = not self._outbox.waits
            if work is not None:
                await work.aclose()
            await self._end(was_read=was_read)
        except ClientGone:
            log.debug("a client disconnected before its stream began")
        finally:
            if work is not None:
                await work.aclose()
            await self._outbox.aclose()

    async def _start(self, headers: Mapping[str, str]) -> None:
        pairs = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        await self._outbox.send({"type": "http.response.start", "status": 200, "headers": pairs})
        if self._form.head:
            await self._outbox.send(_part(self._form.head))

    def _begin(self, asked: OperationRequest) -> Follower | _Writer:
        follower = _StreamFollower(self._outbox, self._report, self._form, self._lifetime)
        begun = self._endpoint.results.begin(asked, self._report, follower)
        if not isinstance(begun, Following):
            return _Writer(self._write(begun), self._lifetime)
        follower.following = begun
        return follower

    async def _write(self, payloads: AsyncGenerator[Payload, None]) -> None:
        """Waits for each result until the client reads; ``_check`` limits that time."""
        async with aclosing(payloads):
            async for payload in payloads:
                self._report.failures.update(payload.failures)
                await self._outbox.send(self._form.message(payload.json))
        await self._outbox.send(_part(self._form.complete))
        self._lifetime.end(Ending.COMPLETE)

    def _check(self, now: float) -> float | None:
        """Sends keep-alives, and ends a stream whose client does not read."""
        limits, outbox = self._endpoint.limits, self._outbox
        if outbox.is_stuck(limits.stuck_seconds):
            self._lifetime.end(Ending.STUCK)
            return None
        if not outbox.waits and now - outbox.sent_at >= limits.keep_alive_seconds:
            outbox.post(_part(self._form.keep_alive))
        return now + self._pause(0.0 if outbox.waits else max(0.0, now - outbox.sent_at))

    def _pause(self, idle: float) -> float:
        limits = self._endpoint.limits
        return min(limits.keep_alive_seconds - idle, limits.stuck_seconds)

    async def _end(self, *, was_read: bool) -> None:
        """Ends the response, unless the client has disconnected or does not read."""
        ending = self._lifetime.ending
        if ending is Ending.STUCK:
            log.info("closing a stream whose client does not read")
            abort(self._report.scope)
        elif ending is Ending.COMPLETE:
            await self._finish(b"", self._endpoint.limits.stuck_seconds)
        elif ending is Ending.STOPPED and was_read:
            await self._finish(self._form.stopped, _LAST_SECONDS)
        elif ending is Ending.WITHDRAWN and was_read:
            await self._finish(self._form.withdrawn, _LAST_SECONDS)

    async def _finish(self, data: bytes, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._outbox.emptied()
                await self._outbox.send(_part(data, more=False))
        except (TimeoutError, ClientGone):
            log.debug("a client disconnected before its stream ended")


class _Writer:
    """Owns the task that sends results as fast as the client reads them."""

    def __init__(self, work: Coroutine[Any, Any, None], lifetime: Lifetime) -> None:
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(lambda _: lifetime.end(Ending.BROKEN))

    async def aclose(self) -> None:
        """Raises what has ended the task, unless the client has disconnected."""
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, ClientGone):
            raise outcome


class _StreamFollower(Follower):
    __slots__ = ("_form", "_lifetime")

    def __init__(self, outbox: Outbox, report: Report, form: Format, lifetime: Lifetime) -> None:
        super().__init__(outbox, report)
        self._form, self._lifetime = form, lifetime

    def _message(self, payload: Payload) -> Message:
        return payload.form(self._form.message)

    def _last(self) -> Message:
        self._lifetime.end(Ending.COMPLETE)
        return _part(self._form.complete)


def _part(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
