"""What a token says of itself, at the bounds of each check."""

from __future__ import annotations

from typing import Any

import pytest

from graph.auth.issuers.claims import LEEWAY_SECONDS, check_claims, check_header
from graph.auth.issuers.form import Form
from graph.auth.rejected import Rejected
from tests.auth.issuers.provider import NOW, claims, header, issuer


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
def test_the_type_is_compared_without_case_and_prefix(kind: str) -> None:
    assert check_header(header(typ=kind), issuer()) == ("RS256", "rsa")


def test_a_header_needs_no_key_id() -> None:
    assert check_header(header(kid=None), issuer()) == ("RS256", None)


@pytest.mark.parametrize(
    ("claim", "last_good", "first_wrong"),
    [
        ("exp", NOW - LEEWAY_SECONDS + 1, NOW - LEEWAY_SECONDS),
        ("nbf", NOW + LEEWAY_SECONDS, NOW + LEEWAY_SECONDS + 1),
        ("iat", NOW + LEEWAY_SECONDS, NOW + LEEWAY_SECONDS + 1),
    ],
)
def test_clocks_may_differ_by_half_a_minute(
    claim: str, last_good: float, first_wrong: float
) -> None:
    check_claims(form(**{claim: last_good}), issuer(), NOW)
    with pytest.raises(Rejected) as rejected:
        check_claims(form(**{claim: first_wrong}), issuer(), NOW)
    assert claim in rejected.value.reason


def test_the_subject_is_the_claim_that_is_configured() -> None:
    found = check_claims(form(oid="0-1"), issuer(subject="oid"), NOW)
    assert found == ("0-1", NOW + 600 + LEEWAY_SECONDS)
    with pytest.raises(Rejected, match="valid token"):
        check_claims(form(), issuer(subject="oid"), NOW)


def form(**changes: Any) -> Form:
    return Form({}, claims(**changes))
