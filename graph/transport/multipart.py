"""Apollo's "multipart HTTP protocol for GraphQL subscriptions", version 1.0."""

from __future__ import annotations

from typing import Final

from graph.transport.streaming import WITHDRAWN_ERROR, Format

_PART: Final = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n%s\r\n--graphql"
_STOPPED: Final = (
    b'{"payload":null,"errors":[{"message":"The server is stopping. Subscribe again.",'
    b'"extensions":{"code":"SERVER_STOPPING"}}]}'
)
FORMAT: Final = Format(
    content_type='multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
    head=b"--graphql",
    next=_PART % b'{"payload":%s}',
    keep_alive=_PART % b"{}",
    complete=b"--\r\n",
    stopped=_PART % _STOPPED + b"--\r\n",
    withdrawn=_PART % (b'{"payload":null,' + WITHDRAWN_ERROR[1:]) + b"--\r\n",
)
