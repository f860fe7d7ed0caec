"""The messages of graphql-transport-ws, as a client may send them."""

from __future__ import annotations

from typing import Any, Final

_ID: Final = 128
"""Characters of an operation's id."""
_OPTIONAL: Final = (("variables", dict), ("extensions", dict), ("operationName", str))


def problem_of(message: Any) -> str | None:
    """What is wrong with the shape of a message; None where nothing is."""
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
        return _problem_of_operation(payload)
    return None


def _problem_of_operation(payload: Any) -> str | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "Invalid subscribe payload"
    for name, kind in _OPTIONAL:
        if payload.get(name) is not None and not isinstance(payload[name], kind):
            return f"Invalid {name}"
    return None
