"""The schema as a document in GraphQL's schema definition language, for tools that read one."""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.transport.accept import JSON
from graph.transport.endpoint import Identify
from graph.transport.execution.schema import Schema
from graph.transport.refusals import Refusal, identified

_METHODS: Final = ("GET", "HEAD")


class SchemaDocument:
    """An ASGI application for one path. It answers callers that ``identify`` accepts.

    The document has an entity tag, so that a tool that asks again gets 304 until it has changed.
    """

    def __init__(self, schema: Schema, identify: Identify) -> None:
        self._identify = identify
        self._document = f"{schema.as_str()}\n".encode()
        tag = f'"{hashlib.sha256(self._document).hexdigest()[:32]}"'
        self._headers = {"ETag": tag, "Cache-Control": "private, no-cache"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.get("request_id") or uuid.uuid4().hex
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
        if _matches(request.headers.get("if-none-match", ""), self._headers["ETag"]):
            return Response(status_code=304, headers=self._headers)
        return Response(self._document, headers=self._headers, media_type="text/plain")


def _matches(condition: str, tag: str) -> bool:
    """Whether an If-None-Match lists the tag, which a proxy may have marked as weak."""
    return tag in {given.strip().removeprefix("W/") for given in condition.split(",")}
