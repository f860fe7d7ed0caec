"""Reads the credentials of a connection from its headers or from connection_init's payload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from starlette.datastructures import Headers

from graph.auth.issuers import looks_like_jwt
from graph.auth.rejected import Kind, Rejected

HEADER: Final = "X-Auth-Token"
BEARER: Final = "Authorization"
FORWARDED_USER: Final = "X-Forwarded-User"
_SCHEME: Final = "bearer "
_BLANKS: Final = " \t"
"""Not part of a header's value: RFC 9110, 5.5."""
_MAX_USER: Final = 128
_DIGEST: Final = 16
_NAMES: Final = (HEADER, BEARER, FORWARDED_USER)
_LOWER: Final = frozenset(name.lower() for name in _NAMES)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller claims, unverified. Secrets are not part of the ``repr``."""

    token: str | None = field(default=None, repr=False)
    """A bcrypt hash of a key."""
    bearer: str | None = field(default=None, repr=False)
    """A key itself."""
    forwarded_user: str | None = None
    """The end user the caller claims to act for: printable, at most 128 characters.

    A name that has to be changed for that ends with ``~`` and a digest of it.
    """

    @property
    def kind(self) -> str:
        """What decides on the caller, as a word for metrics."""
        if self.token is not None:
            return "token"
        if self.bearer is None:
            return "none"
        return "jwt" if looks_like_jwt(self.bearer) else "key"


def credentials(
    headers: Mapping[str, str], payload: Mapping[str, Any] | None = None
) -> Credentials:
    """Reads all credentials from one source: the headers if they have any, else the payload.

    A proxy that authenticates its users sets headers, and nothing that the user sends in a payload
    may replace or add to them: neither a token nor the user to act for. A header that is present
    counts even if it is empty. Names in the payload are case-insensitive.

    Raises Rejected if a name is given more than once: it is unclear which one a proxy has set, or
    which one counts.
    """
    if any(name in headers for name in _NAMES):
        return _read(partial(_single, headers))
    given: dict[str, str] = {}
    for name, value in (payload or {}).items():
        if name.lower() in _LOWER and isinstance(value, str):
            if name.lower() in given:
                raise Rejected(Kind.AMBIGUOUS, f"there are several members {name} in the payload")
            given[name.lower()] = value
    return _read(lambda name: given.get(name.lower(), ""))


def _read(value_of: Callable[[str], str]) -> Credentials:
    authorization = value_of(BEARER)
    bearer = authorization[len(_SCHEME) :] if authorization[:7].lower() == _SCHEME else ""
    token = value_of(HEADER).strip(_BLANKS)
    user = _printable(_decoded(value_of(FORWARDED_USER).strip(_BLANKS)))
    return Credentials(token or None, bearer.strip(_BLANKS) or None, user or None)


def _single(headers: Mapping[str, str], name: str) -> str:
    values = headers.getlist(name) if isinstance(headers, Headers) else [headers.get(name, "")]
    if len(values) > 1:
        raise Rejected(Kind.AMBIGUOUS, f"there are {len(values)} {name} headers")
    return values[0] if values else ""


def _decoded(header: str) -> str:
    """Restores UTF-8, as ASGI servers decode headers as Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def _printable(user: str) -> str:
    """Bounded, without line breaks and lone surrogates, as it goes into logs and the store.

    Different users stay different.
    """
    shown = "".join(c if c.isprintable() else "?" for c in user).strip()
    if shown == user and len(shown) <= _MAX_USER:
        return shown
    digest = hashlib.sha256(user.encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
    return f"{shown[: _MAX_USER - _DIGEST - 1]}~{digest}"
