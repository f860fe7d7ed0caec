"""Why credentials are rejected: the caller learns nothing, the log learns the reason."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from graph.model.errors import Unauthenticated

_MESSAGE: Final = "A valid token is required."


class Kind(StrEnum):
    """Of reasons, for metrics: few, whatever callers send."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    """A header or member is there several times."""
    UNKNOWN = "unknown"
    """No key matches."""
    MALFORMED = "malformed"
    COST = "cost"
    """A bcrypt hash that costs too much or too little."""
    UNHASHED = "unhashed"
    """A key in clear that is accepted as a bcrypt hash only."""
    ISSUER = "issuer"
    """The issuer is not configured."""
    HEADER = "header"
    """The algorithm, the type or an extension of a JWT is not accepted."""
    SIGNING_KEY = "signing_key"
    """The issuer has no such key, or has not provided its keys."""
    SIGNATURE = "signature"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    TIMES = "times"
    """A JWT that is not valid yet, or for too long, or does not say."""
    CLAIMS = "claims"
    """A JWT that is no access token, names no caller, or has claims that cannot be evaluated."""
    NO_RULE = "no_rule"
    """A valid JWT to which no rule gives rights."""


class Rejected(Unauthenticated):
    """The same answer for everybody. ``reason`` is for the log only, and holds no secret."""

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(_MESSAGE)
        self.kind, self.reason = kind, reason
