"""Where the request that is being served came from, for records that name it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from graph.model.audit import Origin, Surface

_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


def note_origin(scope: Mapping[str, Any]) -> None:
    """Remembers the origin of an ASGI connection for the work done on its behalf."""
    client = scope.get("client")
    _ORIGIN.set(Origin(_surface(scope), client[0] if client else None))


def current_origin() -> Origin | None:
    """The origin of the current request; None outside of one."""
    return _ORIGIN.get()


def _surface(scope: Mapping[str, Any]) -> Surface:
    if scope["type"] == "websocket":
        return Surface.WEBSOCKET
    return Surface.GRAPHQL if scope.get("path") == "/graphql" else Surface.REST
