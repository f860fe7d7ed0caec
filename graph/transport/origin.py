"""Which pages may open a WebSocket: browsers let any page try and send its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 512
"""The longest origin that is parsed, in characters: a host has up to 255."""

Origin = tuple[str, str, int | None]
"""Scheme, host and port."""


def read_origins(given: Iterable[str]) -> frozenset[Origin] | None:
    """The allowed origins; None if all are, by ``*``. Raises ValueError for what is not one."""
    allowed = set()
    for text in given:
        if text == "*":
            return None
        origin = _parsed(text)
        if origin is None:
            raise ValueError(f"'{text}' is not an origin such as https://example.com")
        allowed.add(origin)
    return frozenset(allowed)


def may_connect(headers: Mapping[str, str], allowed: frozenset[Origin] | None) -> bool:
    """Whether a client may connect. Clients other than browsers send no origin and may.

    Of the server's own pages only host and port are compared: behind a proxy that ends TLS the
    schemes differ.
    """
    origin, host = headers.get("origin"), headers.get("host")
    if origin is None or allowed is None or headers.get("sec-fetch-site") == "same-origin":
        return True
    parsed = _parsed(origin)
    if parsed is None:
        return False
    scheme, name, port = parsed
    own = _parsed(f"{scheme}://{host}") if host else None
    return parsed in allowed or (own is not None and own[1:] == (name, port))


def _parsed(text: str) -> Origin | None:
    if len(text) > _LONGEST:
        return None
    try:
        parts = urlsplit(text.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not parts.scheme or not parts.hostname or more:
        return None
    return parts.scheme, parts.hostname, port
