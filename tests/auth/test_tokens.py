"""Keys and tokens as the command line makes them."""

from __future__ import annotations

import hashlib

import bcrypt
import pytest

from graph.auth.tokens import new_key, token_for


@pytest.mark.parametrize("cost", [4, 5])
def test_a_token_is_a_fresh_hash_of_the_key_of_the_given_cost(cost: int) -> None:
    first, second = token_for("key", cost), token_for("key", cost)
    assert first != second
    for token in (first, second):
        assert token.startswith(f"$2b${cost:02}$")
        assert bcrypt.checkpw(b"key", token.encode())
        assert not bcrypt.checkpw(b"other", token.encode())


def test_a_new_key_is_random_fits_bcrypt_and_comes_with_its_digest() -> None:
    made = [new_key() for _ in range(20)]
    assert len({key for key, _ in made}) == 20
    for key, digest in made:
        assert 43 <= len(key.encode()) <= 72
        assert hashlib.sha256(key.encode()).hexdigest() == digest
