"""The messages of graphql-transport-ws: what a client may send, and frames for the server's own."""

from __future__ import annotations

from typing import Any, Final

import orjson
from starlette.types import Message

from graph.transport.parameters import problem_of as problem_of_parameters

_ID: Final = 128
"""Characters of an operation's id."""


def problem_of(message: Any) -> str | None:
    """What is wrong with the shape of a message; None if nothing is."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "Invalid message"
    if message["type"] in ("subscribe", "complete"):
        given = message.get("id")
        if not isinstance(given, str) or not 0 < len(given) <= _ID:
            return "Invalid id"
    payload = message.get("payload")
    if message["type"] == "connection_init" and not isinstance(payload, dict | None):
        return "Invalid connection init payload"
    if message["type"] == "subscribe":
        if not isinstance(payload, dict):
            return "Invalid subscribe payload"
        return problem_of_parameters(payload)
    return None


def frame(operation_id: str, kind: str, payload: bytes | None = None) -> str:
    """A message about an operation, around a payload that is encoded already."""
    end = "}" if payload is None else f',"payload":{payload.decode()}}}'
    return f"{_head(operation_id, kind)}{end}"


def head_of_next(operation_id: str) -> bytes:
    """A message of type ``next`` up to its payload. A brace closes it."""
    return f'{_head(operation_id, "next")},"payload":'.encode()


def _head(operation_id: str, kind: str) -> str:
    return f'{{"id":{orjson.dumps(operation_id).decode()},"type":"{kind}"'


def text(message: str) -> Message:
    """The ASGI message that sends a text."""
    return {"type": "websocket.send", "text": message}


def pong(ping: Any) -> str | None:
    """The answer to a ping, with its payload; None if that nests too deeply to be encoded."""
    payload = ping.get("payload")
    echo = {"payload": payload} if isinstance(payload, dict) else {}
    try:
        return orjson.dumps({"type": "pong", **echo}).decode()
    except orjson.JSONEncodeError:  # the parser takes four times the depth
        return None
