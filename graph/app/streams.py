"""The event streams of the REST API, which count and end like those of GraphQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from starlette.responses import PlainTextResponse

from graph.model.caller import Caller
from graph.transport import Format, GraphQLApp, Refusal
from rest_compat.endpoint import Answer, OpenStream
from rest_compat.events import ENDS, MEDIA_TYPE

_FORMAT: Final = Format(
    content_type=f"{MEDIA_TYPE}; charset=utf-8",
    head=b"",
    next=b"%s",
    keep_alive=ENDS.keep_alive,
    complete=b"",  # the last event says why the stream ends
    stopped=ENDS.stopped,
    withdrawn=ENDS.withdrawn,
)
_BUSY: Final = 503


def rest_streams(graphql: GraphQLApp) -> OpenStream:
    """Opens streams that share the limits of the GraphQL API."""

    def open_stream(caller: Caller, events: AsyncGenerator[bytes, None]) -> Answer:
        try:
            return graphql.stream(_FORMAT, caller, events)
        except Refusal as refusal:
            return PlainTextResponse(refusal.reason, _BUSY, headers=refusal.headers)

    return open_stream
