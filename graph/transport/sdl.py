"""The schema as a document in GraphQL's schema definition language, for tools that read one."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.model.request_id import new_request_id
from graph.transport.accept import JSON
from graph.transport.endpoint import Identify
from graph.transport.entity_tag import matches, tag_of
from graph.transport.execution.schema import Schema
from graph.transport.refusals import Refusal, identified

_METHODS: Final = ("GET", "HEAD")


class SchemaDocument:
    """An ASGI application for one path. It answers callers that ``identify`` accepts.

    The document has an entity tag, so that a tool that asks again gets 304 until it has changed.
    It is printed for the first request, as that takes too long for the start of each process.
    """

    def __init__(self, schema: Schema, identify: Identify) -> None:
        self._schema, self._identify = schema, identify
        self._printed: tuple[bytes, str] | None = None
        """The document and its entity tag."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.get("request_id") or new_request_id()
        try:
            response = await self._response(Request(scope, receive))
        except Refusal as refusal:
            response = refusal.response(JSON, request_id)
        response.headers["X-Request-Id"] = request_id
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        await identified(self._identify, request)
        if request.method not in _METHODS:
            raise Refusal(
                405, "The schema can only be read, by GET.", headers={"Allow": ", ".join(_METHODS)}
            )
        if self._printed is None:
            self._printed = await asyncio.to_thread(_print, self._schema)
        document, tag = self._printed
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return Response(document, headers=headers, media_type="text/plain")


def _print(schema: Schema) -> tuple[bytes, str]:
    document = f"{schema.as_str()}\n".encode()
    return document, tag_of(document)
