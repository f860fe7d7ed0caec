"""What a connection says of who is asking: in its headers, or in connection_init's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

HEADER: Final = "X-Auth-Token"
BEARER: Final = "Authorization"
FORWARDED_USER: Final = "X-Forwarded-User"
_SCHEME: Final = "bearer "
_BLANKS: Final = " \t"
"""Around a header's value they are no part of it: RFC 9110, 5.5."""
_USER: Final = 128


@dataclass(frozen=True, slots=True)
class Credentials:
    """Nothing in here is checked. The secrets stay out of its ``repr``."""

    token: str | None = field(default=None, repr=False)
    """A bcrypt hash of a key."""
    bearer: str | None = field(default=None, repr=False)
    """A key itself."""
    forwarded_user: str | None = None
    """Whom the caller says it acts for: printable, at most 128 characters."""


def credentials(
    headers: Mapping[str, str], payload: Mapping[str, Any] | None = None
) -> Credentials:
    """A header wins over the payload's entry of that name, whose case does not matter."""
    said = {
        name.lower(): value
        for name, value in (payload or {}).items()
        if isinstance(name, str) and isinstance(value, str)
    }

    def find(name: str) -> str | None:
        return headers.get(name) or said.get(name.lower()) or None

    authorization = find(BEARER) or ""
    bearer = authorization[len(_SCHEME) :] if authorization[:7].lower() == _SCHEME else ""
    token = (find(HEADER) or "").strip(_BLANKS)
    user = _printable(_decoded(find(FORWARDED_USER) or ""))
    return Credentials(token or None, bearer.strip(_BLANKS) or None, user or None)


def _decoded(header: str) -> str:
    """What came in UTF-8, as headers are handed on in Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def _printable(user: str) -> str:
    """Goes into logs and the store: no line breaks, no half surrogates, no end without end."""
    shown = "".join(c if c.isprintable() else "?" for c in user[: 2 * _USER])
    return shown.strip()[:_USER]
