"""Entity tags (RFC 9110, 8.8.3): a client that has the current content is told so."""

from __future__ import annotations

import hashlib

_DIGITS = 32


def tag_of(content: bytes) -> str:
    """A strong tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:_DIGITS]}"'


def matches(condition: str, tag: str) -> bool:
    """Whether an If-None-Match lists the tag, which a proxy may have marked as weak."""
    return tag in {given.strip().removeprefix("W/") for given in condition.split(",")}
