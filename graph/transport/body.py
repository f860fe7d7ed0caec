"""Checks the head of a request, bounds its body in size and time, and decodes it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from graph.concurrency import Ended, ReceivedBytes, TooManyBytes, attempt
from graph.observability.metrics import LIMITED
from graph.transport.accept import JSON
from graph.transport.refusals import Refusal

_METHODS: Final = ("GET", "HEAD", "POST")
_MAX_CONTENT_TYPE: Final = 1_024
_PARAMETERS: Final = 8
"""Of a media type. Further ones are ignored."""
_RETRY_SECONDS: Final = "5"
_CLOSE: Final = {"Connection": "close"}
"""Of answers to a request whose body is not read any further."""
_HEAD: Final = {
    name.encode(): name for name in ("accept", "content-encoding", "content-length", "content-type")
}
_UTF8: Final = ("", "utf-8", "utf8")
_CONTAINERS: Final = 30_000
"""Lists and objects in a body. A document and variables within their limits have fewer."""


def head_of(scope: Scope) -> dict[str, str]:
    """The headers that decide how a request is read, of each name the first.

    In one pass: reading them one by one takes longer than the rest of what is done with the head.
    """
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _HEAD and name not in found:
            found[name] = value
    return {_HEAD[name]: value.decode("latin-1") for name, value in found.items()}


def check_head(method: str, headers: Mapping[str, str], body_limit: int) -> None:
    """Checks what can be known before the body is read. Raises Refusal."""
    if method not in _METHODS:
        allow = ", ".join(_METHODS)
        raise Refusal(405, f"GraphQL is served by {allow} only.", headers={"Allow": allow})
    if method == "POST":
        _check_content_type(headers.get("content-type", ""))
        _check_content_encoding(headers.get("content-encoding", ""))
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refusal(400, "`Content-Length` is not a number.")
    if len(length) > len(str(body_limit)) or int(length) > body_limit:
        raise _too_long(body_limit)


def in_time(receive: Receive, seconds: float) -> Receive:
    """Limits the time in which a body is received."""
    until = asyncio.get_running_loop().time() + seconds

    async def timed() -> Any:
        part = attempt(receive())
        if isinstance(part, Ended):  # most bodies have arrived with the head
            return part.value
        try:
            async with asyncio.timeout_at(until):
                return await part
        except TimeoutError:
            raise Refusal(408, "The body did not arrive in time.", headers=_CLOSE) from None

    return timed


async def receive_body(receive: Receive, bodies: ReceivedBytes, limit: int) -> bytes:
    """The whole body, bounded whatever Content-Length says.

    Raises Refusal, and ClientDisconnect if the client leaves before its end.
    """
    message = await receive()
    if message["type"] != "http.request" or message.get("more_body"):
        return await collect(_parts(message, receive), bodies, limit)
    body: bytes = message.get("body", b"")
    if len(body) > limit:
        raise _too_long(limit)
    try:
        bodies.check(len(body))
    except TooManyBytes as error:
        raise _come_back(error) from None
    return body


async def collect(parts: AsyncIterable[bytes], bodies: ReceivedBytes, limit: int) -> bytes:
    """The same of a body that arrives in parts."""
    try:
        body = await bodies.collect(parts, limit)
    except TooManyBytes as error:
        raise _come_back(error) from None
    if body is None:
        raise _too_long(limit)
    return body


async def _parts(message: Message, receive: Receive) -> AsyncGenerator[bytes, None]:
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        if not message.get("more_body"):
            return
        message = await receive()


def _come_back(error: TooManyBytes) -> Refusal:
    LIMITED.labels("bodies").inc()
    status = 429 if error.of_caller else 503
    headers = {"Retry-After": _RETRY_SECONDS, **_CLOSE}
    return Refusal(status, str(error), code="THROTTLED", headers=headers)


def check_containers(body: bytes) -> None:
    """Raises Refusal for lists and objects so many that decoding them would take long.

    Counts the brackets that open one, those in strings included.
    """
    if body.count(b"[") + body.count(b"{") > _CONTAINERS:
        text = f"The body has more than {_CONTAINERS} lists and objects."
        raise Refusal(400, text, code="TOO_COSTLY")


def decode(data: str | bytes) -> Any:
    """The value that a JSON text holds. Raises ValueError for what is not JSON in UTF-8.

    The garbage collector is paused meanwhile: it would traverse the growing value repeatedly, which
    for a megabyte of small arrays takes twenty times as long as decoding it.
    """
    paused = gc.isenabled()
    gc.disable()
    try:
        return orjson.loads(data)
    finally:
        if paused:
            gc.enable()


def _check_content_type(content_type: str) -> None:
    if content_type == JSON:
        return
    if len(content_type) > _MAX_CONTENT_TYPE:
        raise Refusal(415, f"The body must be {JSON} in UTF-8.")
    kind, *parameters = (
        part.strip().lower() for part in content_type.split(";", _PARAMETERS)[:_PARAMETERS]
    )
    charsets = [p[len("charset=") :].strip('"') for p in parameters if p.startswith("charset=")]
    if kind != JSON or any(charset not in _UTF8 for charset in charsets):
        raise Refusal(415, f"The body must be {JSON} in UTF-8.")


def _check_content_encoding(codings: str) -> None:
    if codings.strip().lower() not in ("", "identity"):
        headers = {"Accept-Encoding": "identity"}
        raise Refusal(415, "Bodies with a `Content-Encoding` are not supported.", headers=headers)


def _too_long(limit: int) -> Refusal:
    return Refusal(413, f"The body has more than {limit} bytes.")
