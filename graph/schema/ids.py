"""Node ids: opaque outside; inside, a type and what AWS needs to find the thing in one call."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import strawberry

from graph.model.errors import Invalid

_LONGEST: Final = 2_048


def encode(kind: str, key: str) -> strawberry.ID:
    """The id of a node. ``kind`` is the name of its GraphQL type."""
    return strawberry.ID(_pack(f"{kind}:{key}"))


def decode(node_id: str, *, path: tuple[str, ...] = ("id",)) -> tuple[str, str]:
    """The kind and key inside an id. Raises Invalid for what no ``encode`` has made."""
    kind, colon, key = _unpack(node_id, path).partition(":")
    if not colon or not key:
        raise Invalid("this is not an id of this server", path=path)
    return kind, key


def expect(kind: str, node_id: str, *, path: tuple[str, ...]) -> str:
    """The key inside an id that has to be of one kind."""
    found, key = decode(node_id, path=path)
    if found != kind:
        raise Invalid(f"the id of a {kind} is wanted, and this is one of a {found}", path=path)
    return key


def encode_cursor(key: str) -> str:
    return _pack(key)


def decode_cursor(cursor: str) -> str:
    """Raises Invalid for what no page has given."""
    try:
        return _unpack(cursor, ("after",))
    except Invalid:
        raise Invalid("this is not a cursor of this server", path=("after",)) from None


def _pack(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpack(packed: str, path: tuple[str, ...]) -> str:
    if 0 < len(packed) <= _LONGEST and packed.isascii():
        try:
            raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
            text = raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        if text and text.isprintable():
            return text
    raise Invalid("this is not an id of this server", path=path)
