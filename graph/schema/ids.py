"""Global ids: opaque to clients; a type and the key that finds the object in one AWS call."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Final

import strawberry

from graph.model.errors import Invalid

NOT_AN_ID: Final = "This is not an id of this server. Pass the 'id' of an object unchanged."
_LONGEST: Final = 2_048
_ENCODED: Final = 10_000
"""Ids that are kept: lists show the same objects repeatedly."""
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


@lru_cache(_ENCODED)
def encode(kind: str, key: str) -> strawberry.ID:
    """The global id of an object. ``kind`` is the name of its GraphQL type."""
    return strawberry.ID(_pack(f"{kind}:{key}"))


def decode(node_id: str, *, path: tuple[str, ...] = ("id",)) -> tuple[str, str]:
    """The kind and key inside a global id. Raises Invalid for anything ``encode`` did not make."""
    kind, colon, key = _unpack(node_id, path).partition(":")
    if not colon or not key:
        raise Invalid(NOT_AN_ID, path=path)
    return kind, key


def expect(kind: str, node_id: str, *, path: tuple[str, ...]) -> str:
    """The key inside a global id. Raises Invalid for an id of another kind."""
    found, key = decode(node_id, path=path)
    if found != kind:
        raise Invalid(
            f"Expected an id of the type {kind}; this one is of the type {found}.", path=path
        )
    return key


def encode_cursor(of: str, key: str) -> str:
    """The cursor of the item with this key in the list that ``of`` names."""
    return _pack(f"{of}|{key}")


def decode_cursor(of: str, cursor: str, *, argument: str = "after") -> str:
    """The key inside a cursor. Raises Invalid for anything that no page of this list returned."""
    try:
        text = _unpack(cursor, (argument,))
    except Invalid:
        text = ""
    start = f"{of}|"
    if not text.startswith(start) or text == start:
        raise bad_cursor(argument)
    return text.removeprefix(start)


def bad_cursor(argument: str = "after") -> Invalid:
    return Invalid(
        f"'{argument}' is not a cursor of this list in this order and with this filter. Pass a "
        "cursor of one of its pages.",
        path=(argument,),
    )


def _pack(text: str) -> str:
    # In one pass what ``urlsafe_b64encode`` does in three: large responses have thousands of ids.
    packed = binascii.b2a_base64(text.encode(), newline=False)
    return packed.translate(_URL_SAFE, b"=").decode("ascii")


def _unpack(packed: str, path: tuple[str, ...]) -> str:
    if 0 < len(packed) <= _LONGEST and packed.isascii():
        try:
            raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
            text = raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        if text and text.isprintable():
            return text
    raise Invalid(NOT_AN_ID, path=path)
