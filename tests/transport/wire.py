"""Clients of an ASGI application without a network: what the server does meanwhile is in sight."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp

Headers = Sequence[tuple[bytes, bytes]]
APOLLOS = b'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'
"""What Apollo's clients accept for a subscription."""
_STEPS = 50
"""Rounds of the loop after which all that can go on by itself has gone on."""


async def settle() -> None:
    for _ in range(_STEPS):
        await asyncio.sleep(0)


class Wire:
    """One connection. As long as ``reading`` is not set, each send of the server waits."""

    def __init__(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        self.scope = scope
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.reading = asyncio.Event()
        self.reading.set()
        self.waiting = 0
        self._news = asyncio.Event()
        self.task = asyncio.ensure_future(app(scope, self._inbox.get, self._send))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def tell(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self._inbox.put_nowait(message)

    async def _send(self, message: Any) -> None:
        self.waiting += 1
        await asyncio.sleep(0)  # the test has its turn
        await self.reading.wait()
        self.waiting -= 1
        self.sent.append(message)
        self._news.set()

    async def until(self, met: Callable[[], bool]) -> None:
        """Waits until what was sent meets a condition."""
        async with asyncio.timeout(10):
            while not met():
                self._news.clear()
                await self._news.wait()

    async def ended(self) -> None:
        """Waits until the application has ended. Raises what it raised."""
        await asyncio.wait_for(asyncio.shield(self.task), 10)


class Socket(Wire):
    """A client of graphql-transport-ws."""

    def __init__(
        self,
        app: ASGIApp,
        path: str = "/",
        headers: Headers = (),
        subprotocols: Sequence[str] = ("graphql-transport-ws",),
    ) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": list(headers),
            "subprotocols": list(subprotocols),
        }
        super().__init__(app, scope)
        self.tell({"type": "websocket.connect"})

    def say(self, *messages: Any) -> None:
        for message in messages:
            text = message if isinstance(message, str) else json.dumps(message)
            self.tell({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.tell({"type": "websocket.disconnect", "code": 1001})

    @property
    def heard(self) -> list[Any]:
        return [json.loads(m["text"]) for m in self.sent if m["type"] == "websocket.send"]

    @property
    def closed_with(self) -> tuple[int, str] | None:
        closes = [m for m in self.sent if m["type"] == "websocket.close"]
        return (closes[0]["code"], closes[0]["reason"]) if closes else None


class Streaming(Wire):
    """A request for an event stream."""

    def __init__(  # noqa: PLR0913
        self,
        app: ASGIApp,
        query: str,
        token: bytes = b"somebody",
        *,
        path: str = "/",
        more: Headers = (),
        accept: bytes = b"text/event-stream",
        name: str | None = None,
        body_is_late: bool = False,
    ) -> None:
        headers = [
            (b"accept", accept),
            (b"content-type", b"application/json"),
            (b"x-token", token),
            *more,
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "asgi": {"spec_version": "2.3"},
        }
        super().__init__(app, scope)
        body = {"query": query} | ({"operationName": name} if name else {})
        self._body = json.dumps(body).encode()
        if body_is_late:
            self.tell({"type": "http.request", "body": self._body[:1], "more_body": True})
            self._body = self._body[1:]
        else:
            self.finish_body()

    def finish_body(self) -> None:
        self.tell({"type": "http.request", "body": self._body})

    def leave(self) -> None:
        self.tell({"type": "http.disconnect"})

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def text(self) -> str:
        return b"".join(m.get("body", b"") for m in self.sent[1:]).decode()


def parts(stream: Streaming) -> list[str]:
    """What a reader of multipart/mixed finds, with nothing around it."""
    before, *found, after = stream.text.split("--graphql")
    assert (before, after) == ("", "--\r\n")
    heads_and_bodies = [part.removesuffix("\r\n").split("\r\n\r\n") for part in found]
    assert {head for head, _ in heads_and_bodies} == {
        "\r\nContent-Type: application/json; charset=utf-8"
    }
    return [body for _, body in heads_and_bodies]
