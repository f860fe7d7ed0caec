"""Which keys of a published set are used, and for what."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import jwt
import pytest

from graph.auth.issuers.key_set import MOST_BYTES, MOST_KEYS, KeySet, UnusableKeys
from tests.auth.issuers.provider import key_set, keys, public, signing


@pytest.mark.parametrize(
    ("kid", "algorithm", "found"),
    [
        ("rsa", "RS256", True),
        ("rsa", "PS256", True),
        ("rsa", "ES256", False),
        ("ec", "ES256", True),
        ("ec", "RS256", False),
        ("ed", "EdDSA", True),
        (None, "ES256", True),
        ("other", "RS256", False),
    ],
)
def test_a_key_is_used_with_its_own_algorithms(
    kid: str | None, algorithm: str, *, found: bool
) -> None:
    assert (keys().find(kid, algorithm) is not None) is found


def test_without_an_id_only_a_single_key_is_used() -> None:
    several = KeySet.parse(key_set(public("rsa"), public("rsa", kid="second")))
    assert several.find(None, "RS256") is None
    assert several.find("second", "RS256") is not None


def test_an_algorithm_that_is_given_excludes_the_others() -> None:
    only = KeySet.parse(key_set(public("rsa", alg="RS256")))
    assert only.find("rsa", "RS256") is not None
    assert only.find("rsa", "PS256") is None


PRIVATE = jwt.algorithms.RSAAlgorithm.to_jwk(signing("rsa"), as_dict=True)
SKIPPED: dict[str, dict[str, Any]] = {
    "too short": public("weak"),
    "for encryption": public("rsa", use="enc"),
    "for other operations": public("rsa", key_ops=["encrypt"]),
    "of another algorithm": public("rsa", alg="RS512"),
    "private": {**PRIVATE, "kid": "rsa"},
    "shared secret": {"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"},
    "another curve": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "kid": "rsa"},
    "not on the curve": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "rsa"},
    "broken": {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "rsa"},
    "without a modulus": {"kty": "RSA", "e": "AQAB", "kid": "rsa"},
    "of an unknown type": {"kty": "AKP", "kid": "rsa"},
    "with a number as its id": public("rsa", kid=7),
}


@pytest.mark.parametrize("name", SKIPPED)
def test_a_key_that_cannot_verify_is_skipped_and_the_others_are_used(name: str) -> None:
    found = KeySet.parse(key_set(SKIPPED[name], public("ec")))
    assert [key.kid for key in found.keys] == ["ec"]
    with pytest.raises(UnusableKeys, match="no key can verify"):
        KeySet.parse(key_set(SKIPPED[name]))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<html>", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no list of keys"),
        ('{"keys": {}}', "no list of keys"),
        (json.dumps({"keys": [public("ec")] * (MOST_KEYS + 1)}), "more than 64 keys"),
        ("x" * (MOST_BYTES + 1), "more than 262144 bytes"),
        ('{"keys": [1, null]}', "no key can verify"),
    ],
)
def test_anything_else_is_no_key_set(text: str, sentence: str) -> None:
    with pytest.raises(UnusableKeys, match=sentence):
        KeySet.parse(text)


def test_a_server_without_issuers_does_not_load_what_verifies_signatures() -> None:
    asked = "import sys, graph.app; print({'jwt', 'cryptography'} & set(sys.modules))"
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert told.stdout == "set()\n"
