"""Responses that last: the results of an operation one by one, or events of another API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope, Send

from graph.transport.endpoint import WITHDRAWN, Endpoint, abort, forget_headers
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.results import Following, Payload
from graph.transport.follower import Follower
from graph.transport.lifetime import Ending, Lifetime
from graph.transport.outbox import WIRE, ClientGone, Outbox
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
        self._asked = [asked]
        """Empty once the operation has begun."""
        self._report = report
        self.headers = {"Content-Type": form.content_type, **_UNBUFFERED}

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        endpoint, identity = self._endpoint, self._report.identity
        with (
            endpoint.streams.taken(endpoint.names_of(identity)),
            endpoint.opened(identity) as lifetime,
        ):
            scope = self._report.scope
            outbox = Outbox(send, scope.get(WIRE))
            stream = _OpenStream(endpoint, self._form, scope, lifetime, outbox)
            try:
                await stream.serve(self.headers, self._begin, receive)
            finally:
                self._report.end(cancelled=lifetime.ending is not Ending.COMPLETE)

    async def _begin(self, stream: _OpenStream) -> Follower | _Writer:
        follower = _StreamFollower(stream.outbox, self._report, self._form, stream.lifetime)
        # What a group needs of the request, the group keeps.
        begun = await self._endpoint.results.begin(self._asked.pop(), self._report, follower)
        if not isinstance(begun, Following):
            return stream.written(self._parts(begun))
        follower.following = begun
        return follower

    async def _parts(self, payloads: AsyncGenerator[Payload, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(payloads):
            async for payload in payloads:
                self._report.failures.update(payload.failures)
                yield self._form.next % payload.json


class PlainStream:
    """An ASGI response of another API, with the limits and the endings of the endpoint."""

    __slots__ = ("_endpoint", "_events", "_form", "_identity", "headers")

    def __init__(
        self,
        endpoint: Endpoint,
        form: Format,
        identity: Any,
        events: AsyncGenerator[bytes, None],
    ) -> None:
        """``events``: read as fast as the client reads them. They are closed with the stream."""
        self._endpoint, self._form = endpoint, form
        self._identity, self._events = identity, events
        self.headers = {"Content-Type": form.content_type, **_UNBUFFERED}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint, names = self._endpoint, self._endpoint.names_of(self._identity)
        with (
            endpoint.streams.taken(names),
            endpoint.results.executions.followed(names, self),
            endpoint.opened(self._identity) as lifetime,
        ):
            stream = _OpenStream(endpoint, self._form, scope, lifetime, Outbox(send))
            await stream.serve(self.headers, self._begin, receive)

    async def _begin(self, stream: _OpenStream) -> _Writer:
        return stream.written(self._events)


class _OpenStream:
    """A response that has begun."""

    __slots__ = ("_endpoint", "_form", "_scope", "lifetime", "outbox")

    def __init__(
        self, endpoint: Endpoint, form: Format, scope: Scope, lifetime: Lifetime, outbox: Outbox
    ) -> None:
        self._endpoint, self._form, self._scope = endpoint, form, scope
        self.lifetime, self.outbox = lifetime, outbox

    async def serve(
        self,
        headers: Mapping[str, str],
        begin: Callable[[_OpenStream], Awaitable[Follower | _Writer]],
        receive: Receive,
    ) -> None:
        """Raises what prevents the results from being sent, unless the client has disconnected."""
        forget_headers(self._scope)
        work: Follower | _Writer | None = None
        try:
            with self._endpoint.watchdog.checking(self._check, self._pause(0.0)):
                async with self.lifetime:
                    await self._start(headers)
                    work = await begin(self)
                    await _disconnected(receive)
            was_read = not self.outbox.waits
            if work is not None:
                await work.aclose()
            await self._end(was_read=was_read)
        except ClientGone:
            log.debug("a client disconnected before its stream began")
        finally:
            if work is not None:
                await work.aclose()
            await self.outbox.aclose()

    async def _start(self, headers: Mapping[str, str]) -> None:
        pairs = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        await self.outbox.send({"type": "http.response.start", "status": 200, "headers": pairs})
        if self._form.head:
            await self.outbox.send(_part(self._form.head))

    def written(self, parts: AsyncGenerator[bytes, None]) -> _Writer:
        """Begins to send the parts, as fast as the client reads them."""
        return _Writer(self._write(parts), self.lifetime)

    async def _write(self, parts: AsyncGenerator[bytes, None]) -> None:
        """Waits for each part until the client reads; ``_check`` limits that time."""
        async with aclosing(parts):
            async for part in parts:
                await self.outbox.send(_part(part))
        await self.outbox.send(_part(self._form.complete))
        self.lifetime.end(Ending.COMPLETE)

    def _check(self, now: float) -> float | None:
        """Sends keep-alives, and ends a stream whose client does not read."""
        limits, outbox = self._endpoint.limits, self.outbox
        if outbox.is_stuck(limits.stuck_seconds):
            self.lifetime.end(Ending.STUCK)
            return None
        if not outbox.waits and now - outbox.sent_at >= limits.keep_alive_seconds:
            outbox.post(_part(self._form.keep_alive))
        return now + self._pause(0.0 if outbox.waits else max(0.0, now - outbox.sent_at))

    def _pause(self, idle: float) -> float:
        limits = self._endpoint.limits
        return min(limits.keep_alive_seconds - idle, limits.stuck_seconds)

    async def _end(self, *, was_read: bool) -> None:
        """Ends the response, unless the client has disconnected or does not read."""
        ending = self.lifetime.ending
        if ending is Ending.STUCK:
            log.info("closing a stream whose client does not read")
            abort(self._scope)
        elif ending is Ending.COMPLETE:
            await self._finish(b"", self._endpoint.limits.stuck_seconds)
        elif ending is Ending.STOPPED and was_read:
            await self._finish(self._form.stopped, _LAST_SECONDS)
        elif ending is Ending.WITHDRAWN and was_read:
            await self._finish(self._form.withdrawn, _LAST_SECONDS)

    async def _finish(self, data: bytes, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.outbox.emptied()
                await self.outbox.send(_part(data, more=False))
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
    __slots__ = ("_form", "_framed", "_lifetime")

    def __init__(self, outbox: Outbox, report: Report, form: Format, lifetime: Lifetime) -> None:
        super().__init__(outbox, report)
        self._form, self._lifetime = form, lifetime
        self._framed = None if outbox.wire is None else _framing(form, outbox.wire.framed)

    def _frame(self, payload: Payload) -> bytes | None:
        return None if self._framed is None else payload.form(self._framed)

    def _message(self, payload: Payload) -> Message:
        return payload.form(self._form.message)

    def _last(self) -> Message:
        self._lifetime.end(Ending.COMPLETE)
        return _part(self._form.complete)


@cache
def _framing(form: Format, framed: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Frames a result; the same function for all streams of a kind, which share what it returns."""
    return lambda json: framed(form.next % json)


def _part(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
