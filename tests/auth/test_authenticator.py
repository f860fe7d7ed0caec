"""Who gets in, and how everybody else is refused."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from graph.auth import (
    ApiKey,
    Authenticator,
    Credentials,
    default_key,
    read_keys,
    token_for,
    verifier,
)
from graph.auth.rejected import Rejected
from graph.model.errors import Unauthenticated

TABLES = [
    {"name": "new", "key": "new key", "write": True},
    {"name": "old", "key": "old key", "groups": ["g"], "forwarded_user": True},
    {"name": "hashed", "sha256": hashlib.sha256(b"long and random").hexdigest()},
]
ONE = (default_key(b"key"),)
THREE = read_keys(TABLES)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def authenticator(
    keys: Sequence[ApiKey] = ONE, clock: Clock | None = None
) -> AsyncIterator[Authenticator]:
    made = Authenticator(keys, clock=clock or Clock())
    yield made
    await made.aclose()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The tokens that were computed."""
    tokens: list[bytes] = []
    compare = verifier.compare

    def counting(keys: Sequence[bytes], token: bytes) -> int | None:
        tokens.append(token)
        return compare(keys, token)

    monkeypatch.setattr(verifier, "compare", counting)
    return tokens


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
async def test_a_hash_of_the_key_is_let_in(prefix: str) -> None:
    async with authenticator() as auth:
        caller = await auth.authenticate(Credentials(prefix + token_for("key", 4)[4:]))
    assert (caller.identity.key, caller.rights.may_write, caller.rights.accounts) == (
        "default",
        True,
        None,
    )


WRONG = {
    "none": Credentials(),
    "the key itself": Credentials("key"),
    "the key as a bearer": Credentials(bearer="key"),
    "short": Credentials("$2b$04$short"),
    "of another key": Credentials(token_for("other", 4)),
    "of the empty key": Credentials(token_for("", 4)),
    "not ascii": Credentials("$2b$04$" + "é" * 53),
    "other digits": Credentials("$2b$٠٤$" + "a" * 53),
    "no cost": Credentials("$2b$00$" + "a" * 53),
    "too dear": Credentials("$2b$13$" + "a" * 53),
    "far too dear": Credentials("$2b$31$" + "a" * 53),
    "another scheme": Credentials("$2x$04$" + "a" * 53),
    "an unknown bearer": Credentials(bearer="nobody's"),
    "half a surrogate": Credentials(bearer="\ud800"),
    "a digest as a bearer": Credentials(bearer=hashlib.sha256(b"long and random").hexdigest()),
    "a bad token beside a good bearer": Credentials("x", bearer="long and random"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_anything_else_is_refused_alike(what: str) -> None:
    async with authenticator(THREE) as auth:
        with pytest.raises(Unauthenticated, match=r"^A valid token is required\.$"):
            await auth.authenticate(WRONG[what])


@pytest.mark.parametrize("cost", ["00", "03", "13", "31", "99"])
async def test_a_hash_of_another_cost_is_refused_without_computing(
    cost: str, computed: list[bytes]
) -> None:
    async with authenticator() as auth:
        with pytest.raises(Unauthenticated):
            await auth.authenticate(Credentials(f"$2b${cost}$" + "a" * 53))
    assert computed == []


async def test_each_key_has_its_own_name_and_rights() -> None:
    async with authenticator(THREE) as auth:
        new = await auth.authenticate(Credentials(token_for("new key", 4)))
        old = await auth.authenticate(Credentials(token_for("old key", 4)))
        hashed = await auth.authenticate(Credentials(bearer="long and random"))
    assert [(c.identity.key, c.rights.may_write, c.rights.groups) for c in (new, old, hashed)] == [
        ("new", True, None),
        ("old", False, frozenset({"g"})),
        ("hashed", False, None),
    ]


async def test_a_key_that_is_configured_in_clear_is_a_bearer_too() -> None:
    async with authenticator(THREE) as auth:
        for secret, name in (("new key", "new"), ("old key", "old"), ("long and random", "hashed")):
            assert (await auth.authenticate(Credentials(bearer=secret))).identity.key == name


async def test_the_pre_shared_key_is_sent_as_a_hash_only() -> None:
    async with authenticator() as auth:
        with pytest.raises(Rejected) as raised:
            await auth.authenticate(Credentials(bearer="key"))
    assert "send a bcrypt hash" in raised.value.reason


REASONS = {
    "none": "there is no token",
    "the key itself": "the token is not a bcrypt hash",
    "short": "the token is not a bcrypt hash",
    "of another key": "the token matches no key",
    "other digits": "the token is not a bcrypt hash",
    "no cost": "the token has the cost 0, not 4 to 12",
    "too dear": "the token has the cost 13, not 4 to 12",
    "an unknown bearer": "the bearer matches no key",
    "a bad token beside a good bearer": "the token is not a bcrypt hash",
}


@pytest.mark.parametrize("what", REASONS)
async def test_the_log_learns_the_reason_and_no_secret(what: str) -> None:
    async with authenticator(THREE) as auth:
        for _ in range(2):  # computed, and remembered
            with pytest.raises(Rejected) as raised:
                await auth.authenticate(WRONG[what])
            assert raised.value.reason == REASONS[what]


async def test_without_a_key_in_clear_no_token_is_computed(computed: list[bytes]) -> None:
    async with authenticator(THREE[2:]) as auth:
        with pytest.raises(Rejected) as raised:
            await auth.authenticate(WRONG["of another key"])
    assert raised.value.reason == "no key is configured in clear, so that no token can match"
    assert computed == []


async def test_only_a_trusted_key_speaks_for_others() -> None:
    async with authenticator(THREE) as auth:
        old = await auth.authenticate(Credentials(token_for("old key", 4), forwarded_user="ann"))
        new = await auth.authenticate(Credentials(token_for("new key", 4), forwarded_user="ann"))
    assert (old.identity.who, new.identity.who) == ("old for ann", "new")


async def test_a_token_is_computed_once_however_often_it_comes(computed: list[bytes]) -> None:
    async with authenticator() as auth:
        given = Credentials(token_for("key", 4))
        await asyncio.gather(*(auth.authenticate(given) for _ in range(50)))
        await auth.authenticate(given)
    assert len(computed) == 1


async def test_a_wrong_token_is_computed_once_too(computed: list[bytes]) -> None:
    async with authenticator() as auth:
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                await auth.authenticate(Credentials(WRONG["of another key"].token))
    assert len(computed) == 1


async def test_what_is_remembered_expires_and_is_dropped(computed: list[bytes]) -> None:
    clock, given = Clock(), Credentials(token_for("key", 4))
    async with authenticator(clock=clock) as auth:
        await auth.authenticate(given)
        clock.now = 299
        await auth.authenticate(given)
        assert len(computed) == 1
        clock.now = 301
        await auth.authenticate(given)
        assert len(computed) == 2
        assert len(auth._right) == 1


async def test_what_is_remembered_never_holds_a_token() -> None:
    token = token_for("key", 4)
    async with authenticator() as auth:
        await auth.authenticate(Credentials(token))
        assert token.encode() not in auth._right._kept
    assert token not in repr(Credentials(token))
    assert "new key" not in repr(THREE)


async def test_a_caller_who_leaves_does_not_spoil_it_for_the_others() -> None:
    given = Credentials(token_for("key", 4))
    async with authenticator() as auth:
        first = asyncio.create_task(auth.authenticate(given))
        second = asyncio.create_task(auth.authenticate(given))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).identity.key == "default"
        assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], BaseException)
