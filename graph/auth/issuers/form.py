"""The parts of a token (JWS, RFC 7515) as text, before anything in it is believed."""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from graph.auth.rejected import Kind, Rejected

MOST_CHARACTERS: Final = 8192
_MOST_OF_HEADER: Final = 1024
_PARTS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A token that is not verified yet."""

    header: dict[str, Any]
    claims: dict[str, Any]


def looks_like_jwt(bearer: str) -> bool:
    """Whether it has three parts, as no key that the server generates does."""
    return bearer.count(".") == 2  # noqa: PLR2004 - header, claims, signature


def read_form(token: str) -> Form:
    """Raises Rejected unless both parts are JSON objects in their only encoding."""
    if len(token) > MOST_CHARACTERS:
        raise Rejected(Kind.MALFORMED, f"the token is longer than {MOST_CHARACTERS} characters")
    if not _PARTS.fullmatch(token):
        raise Rejected(Kind.MALFORMED, "the token does not consist of three parts in base64url")
    header, claims, signature = token.split(".")
    if len(header) > _MOST_OF_HEADER:
        raise Rejected(
            Kind.MALFORMED, f"the header of the token is longer than {_MOST_OF_HEADER} characters"
        )
    _decoded(signature)
    return Form(_object(header), _object(claims))


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_decoded(part), object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Rejected(
            Kind.MALFORMED, "a part of the token is not JSON, or has a member twice"
        ) from None
    if not isinstance(found, dict):
        raise Rejected(Kind.MALFORMED, "a part of the token is not a JSON object")
    return found


def _decoded(part: str) -> bytes:
    """Raises Rejected for text that encodes the same bytes in another way."""
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        decoded = b""
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part.encode():
        raise Rejected(Kind.MALFORMED, "a part of the token is not in base64url")
    return decoded


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    if any(isinstance(value, float) and not math.isfinite(value) for value in found.values()):
        raise ValueError("a number is not finite")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
