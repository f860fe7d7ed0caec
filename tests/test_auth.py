"""Tokens: a bcrypt hash of the key, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import bcrypt
import pytest

from graph import auth
from graph.auth import Authenticator, token_for
from graph.model.errors import Unauthenticated


@pytest.fixture
async def door() -> AsyncIterator[Authenticator]:
    made = Authenticator("key")
    yield made
    await made.aclose()


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
async def test_a_hash_of_the_key_is_let_in(door: Authenticator, prefix: str) -> None:
    token = prefix + token_for("key", 4)[4:]
    assert (await door.authenticate(token)).name == "default"


WRONG = {
    "none": None,
    "empty": "",
    "the key itself": "key",
    "short": "$2b$04$short",
    "of another key": token_for("other", 4),
    "of the empty key": token_for("", 4),
    "not ascii": "$2b$04$" + "é" * 53,
}


@pytest.mark.parametrize("what", WRONG)
async def test_anything_else_is_refused_alike(door: Authenticator, what: str) -> None:
    with pytest.raises(Unauthenticated, match=r"^a valid token is needed$"):
        await door.authenticate(WRONG[what])


async def test_a_dear_hash_is_refused_without_computing(
    door: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_check", lambda *_: pytest.fail("computed"))
    with pytest.raises(Unauthenticated):
        await door.authenticate("$2b$13$" + "a" * 53)


async def test_a_token_is_computed_once_however_often_it_comes(
    door: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[bytes] = []

    def check(key: bytes, token: bytes) -> bool:
        computed.append(token)
        return bcrypt.checkpw(key, token)

    monkeypatch.setattr(auth, "_check", check)
    token = token_for("key", 4)
    await asyncio.gather(*(door.authenticate(token) for _ in range(50)))
    await door.authenticate(token)
    assert len(computed) == 1
