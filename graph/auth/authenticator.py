"""Turns credentials into a caller. All invalid credentials get the same answer."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.auth.credentials import Credentials
from graph.auth.fair_queue import Peer
from graph.auth.issuers import IssuedTokens, Issuer, looks_like_jwt
from graph.auth.keys import ApiKey
from graph.auth.rejected import Kind, Rejected
from graph.auth.token_cache import TokenCache
from graph.auth.verifier import Verifier
from graph.model.caller import Caller

_HASH: Final = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
_MIN_COST: Final = 4
_RIGHT: Final = (10_000, 300.0)
_WRONG: Final = (10_000, 60.0)
"""Entries and seconds. Invalid tokens have their own cache, so that they evict no valid one."""
_NOBODY: Final = Peer()


@dataclass(frozen=True, slots=True, eq=False)
class _Keyring:
    """The keys by how callers prove that they hold them."""

    all: tuple[ApiKey, ...]
    clear: tuple[ApiKey, ...]
    """By a bcrypt hash."""
    digests: tuple[tuple[bytes, ApiKey], ...]
    """By the key itself."""
    bearerless: tuple[bytes, ...]
    """Digests of the keys that are not accepted as they are."""


class Authenticator:
    """Knows the keys. The result for a token, valid or not, is cached for a while."""

    def __init__(
        self,
        keys: Sequence[ApiKey],
        *,
        max_cost: int = 12,
        issuers: Sequence[Issuer] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begins to fetch the keys of the issuers. Its creator closes it."""
        self.replaced = 0
        """How often the keys were replaced."""
        self._keyring, self._max_cost = _keyring(keys), max_cost
        self._verifier = Verifier(_clear(self._keyring), clock)
        self._right: TokenCache[ApiKey] = TokenCache(*_RIGHT, clock)
        self._wrong: TokenCache[bool] = TokenCache(*_WRONG, clock)
        self._issued = IssuedTokens(issuers)

    async def authenticate(self, given: Credentials, peer: Peer = _NOBODY) -> Caller:
        """Returns the caller: by the token if there is one, else by the bearer.

        Raises Rejected for invalid credentials, and Throttled if too many tokens are waiting.
        """
        if given.token is not None:
            key = await self._by_token(given.token, peer)
        elif given.bearer is not None:
            found = self._by_bearer(given.bearer)
            if found is None:
                return await self._issued.caller(given.bearer)
            key = found
        else:
            raise Rejected(Kind.MISSING, "there is no token")
        return key.caller_for(given.forwarded_user)

    @property
    def issuer_troubles(self) -> Mapping[str, str]:
        """Why no tokens of an issuer can be verified, by its name."""
        return self._issued.troubles

    async def replace(
        self, keys: Sequence[ApiKey], *, max_cost: int, issuers: Sequence[Issuer] = ()
    ) -> frozenset[str]:
        """Accepts these keys and issuers from now on, and no others.

        Returns the names of the keys and rules that are gone or have changed in any way.
        """
        return self._replace_keys(keys, max_cost) | await self._issued.replace(issuers)

    def _replace_keys(self, keys: Sequence[ApiKey], max_cost: int) -> frozenset[str]:
        lost = set(self._keyring.all) - set(keys)
        self.replaced += 1
        self._keyring, self._max_cost = _keyring(keys), max_cost
        self._verifier.keys = _clear(self._keyring)
        self._right.clear()
        self._wrong.clear()
        return frozenset(key.name for key in lost)

    async def aclose(self) -> None:
        await self._verifier.aclose()
        await self._issued.aclose()

    async def _by_token(self, token: str, peer: Peer) -> ApiKey:
        cost = self._check_form(token)
        encoded = token.encode()
        known = self._right.get(encoded)
        if known is not None:
            return known
        if self._wrong.get(encoded):
            raise Rejected(Kind.UNKNOWN, "the token matches no key")
        keyring = self._keyring
        index = await self._verifier.matching(encoded, cost, peer)
        if keyring is not self._keyring:  # replaced meanwhile
            return await self._by_token(token, peer)
        if index is None:
            self._wrong.put(encoded, value=True)
            raise Rejected(Kind.UNKNOWN, "the token matches no key")
        self._right.put(encoded, keyring.clear[index])
        return keyring.clear[index]

    def _check_form(self, token: str) -> int:
        """Returns the cost of the token. Raises Rejected if it need not be computed."""
        match = _HASH.fullmatch(token)
        if match is None:
            raise Rejected(Kind.MALFORMED, "the token is not a bcrypt hash")
        cost = int(match[1])
        if not _MIN_COST <= cost <= self._max_cost:
            raise Rejected(
                Kind.COST, f"the token has the cost {cost}, not {_MIN_COST} to {self._max_cost}"
            )
        if not self._keyring.clear:
            raise Rejected(
                Kind.UNKNOWN, "no key is configured in clear, so that no token can match"
            )
        return cost

    def _by_bearer(self, bearer: str) -> ApiKey | None:
        """Compares with all keys, each in constant time. None: it may be the token of an issuer."""
        digest = hashlib.sha256(bearer.encode(errors="replace")).digest()
        found = None
        for expected, key in self._keyring.digests:
            if hmac.compare_digest(expected, digest):
                found = key
        if found is not None:
            return found
        if any(hmac.compare_digest(each, digest) for each in self._keyring.bearerless):
            raise Rejected(
                Kind.UNHASHED, "the pre-shared key itself is not accepted: send a bcrypt hash of it"
            )
        if self._issued.issuers and looks_like_jwt(bearer):
            return None
        raise Rejected(Kind.UNKNOWN, "the bearer matches no key")


def _keyring(keys: Sequence[ApiKey]) -> _Keyring:
    digests = [(key.digest, key) for key in keys]
    return _Keyring(
        all=tuple(keys),
        clear=tuple(key for key in keys if key.clear is not None),
        digests=tuple(each for each in digests if each[1].bearer),
        bearerless=tuple(digest for digest, key in digests if not key.bearer),
    )


def _clear(keyring: _Keyring) -> tuple[bytes, ...]:
    return tuple(key.clear for key in keyring.clear if key.clear is not None)
