"""What a token says of itself: header and claims, compared with what its issuer is set to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.auth.issuers.form import Form
from graph.auth.issuers.issuer import Issuer
from graph.auth.rejected import Kind, Rejected

LEEWAY_SECONDS: Final = 30
"""By which the clocks of issuer and server may differ."""
MOST_SECONDS: Final = 86_400
"""How long a token may be valid, and how long ago it may have been issued."""
MOST_OF_SUBJECT: Final = 180
_OF_OTHER_TOKENS: Final = ("nonce", "at_hash", "c_hash", "cnf", "events")
"""Claims of ID tokens and logout tokens, and of tokens that are bound to a key (RFC 7800), whose
possession is not checked here."""
_OTHER_TYPES: Final = ("ID", "Refresh", "Offline", "Logout")
"""Values of Keycloak's claim ``typ``."""


def check_header(header: Mapping[str, Any], issuer: Issuer) -> tuple[str, str | None]:
    """Returns the algorithm and the id of the key. Raises Rejected.

    Keys in the header, or addresses of keys, are ignored.
    """
    algorithm, kind, kid = header.get("alg"), header.get("typ"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in issuer.algorithms:
        raise Rejected(Kind.HEADER, f"the algorithm is not {' or '.join(issuer.algorithms)}")
    if not isinstance(kind, str):
        raise Rejected(Kind.HEADER, "the token has no type (typ)")
    if kind.lower().removeprefix("application/") not in issuer.types:
        raise Rejected(
            Kind.HEADER, f"the type (typ) of the token is not {' or '.join(issuer.types)}"
        )
    if "crit" in header or "b64" in header:
        raise Rejected(Kind.HEADER, "the header has an extension (crit, b64) that is not supported")
    if not isinstance(kid, str | None):
        raise Rejected(Kind.HEADER, "the id of the key (kid) is not a string")
    return algorithm, kid


def check_claims(form: Form, issuer: Issuer, now: float) -> tuple[str, float]:
    """Returns the subject, and until when the token is valid. Raises Rejected.

    ``now``: seconds since the epoch.
    """
    claims = form.claims
    _check_audience(claims.get("aud"), issuer.audience)
    if any(claim in claims for claim in _OF_OTHER_TOKENS):
        raise Rejected(Kind.CLAIMS, "the token is no bearer access token")
    if claims.get("typ") in _OTHER_TYPES:
        raise Rejected(Kind.CLAIMS, "the token is no access token (typ)")
    return _subject(claims.get(issuer.subject), issuer.subject), _check_times(claims, now)


def _check_audience(given: object, wanted: str) -> None:
    audiences = given if isinstance(given, list) else [given]
    if wanted not in audiences:
        raise Rejected(Kind.AUDIENCE, "the token is for another audience (aud)")


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires + LEEWAY_SECONDS <= now:
        raise Rejected(Kind.EXPIRED, "the token has expired (exp)")
    if issued - LEEWAY_SECONDS > now:
        raise Rejected(Kind.TIMES, "the token was issued in the future (iat)")
    if now - issued > MOST_SECONDS or expires - issued > MOST_SECONDS:
        raise Rejected(Kind.TIMES, "the token is valid for more than a day (iat, exp)")
    if "nbf" in claims and _time(claims, "nbf") - LEEWAY_SECONDS > now:
        raise Rejected(Kind.TIMES, "the token is not valid yet (nbf)")
    return expires + LEEWAY_SECONDS


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(Kind.TIMES, f"the token has no time {name}")
    try:
        return float(value)
    except OverflowError:
        raise Rejected(Kind.TIMES, f"the time {name} is out of range") from None


def _subject(given: object, claim: str) -> str:
    if not isinstance(given, str) or not given.isprintable():
        raise Rejected(Kind.CLAIMS, f"the token names no caller ({claim})")
    if not 0 < len(given) <= MOST_OF_SUBJECT:
        raise Rejected(Kind.CLAIMS, f"the caller's name ({claim}) is empty or too long")
    return given
