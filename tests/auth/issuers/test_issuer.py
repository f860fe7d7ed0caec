"""What counts as a change of the rights that an issuer's tokens have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.auth import Issuer
from tests.auth.issuers.provider import issuer, keys

FIRST = {"name": "first", "claim": "roles", "values": ["a"]}
SECOND = {"name": "second", "claim": "roles", "values": ["b"]}


def changed(before: Issuer, after: Issuer) -> set[str]:
    return {name for name, _ in before.credentials.items() - after.credentials.items()}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"audience": "other"}, {"research/first", "research/second"}),
        ({"algorithms": ["ES256"]}, {"research/first", "research/second"}),
        ({"types": ["jwt"]}, {"research/first", "research/second"}),
        ({"rules": [FIRST, SECOND | {"write": True}]}, {"research/second"}),
        ({"rules": [FIRST]}, {"research/second"}),
        ({"rules": [SECOND]}, {"research/first", "research/second"}),
        ({"rules": [SECOND, FIRST]}, {"research/first", "research/second"}),
        ({"rules": [FIRST | {"groups": ["g"]}, SECOND]}, {"research/first", "research/second"}),
    ],
)
def test_a_change_concerns_the_rules_that_it_may_affect(
    changes: dict[str, Any], expected: set[str]
) -> None:
    """Also those after a rule that has changed, which may match fewer or more tokens now."""
    usual: dict[str, Any] = {"rules": [FIRST, SECOND]}
    assert changed(issuer(**usual), issuer(**usual | changes)) == expected


def test_new_keys_change_no_rights() -> None:
    assert changed(issuer(), replace(issuer(), keys=keys())) == set()
