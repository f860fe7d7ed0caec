"""Who is asking: a caller for valid credentials, one and the same refusal for all others."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence
from typing import Final

from graph.auth.credentials import Credentials
from graph.auth.keys import Key
from graph.auth.remembered import Remembered
from graph.auth.verifier import Verifier
from graph.model.caller import Caller
from graph.model.errors import Unauthenticated

_HASH: Final = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
_LEAST_COST: Final = 4
_RIGHT: Final = (10_000, 300.0)
_WRONG: Final = (10_000, 60.0)
"""How many, and for how many seconds. Wrong ones have a place of their own: they push out none."""


class Authenticator:
    """Knows the keys. A token that was computed a short while ago is not computed again."""

    def __init__(
        self,
        keys: Sequence[Key],
        *,
        max_cost: int = 12,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clear = [key for key in keys if key.clear is not None]
        self._digested = [(key.sha256, key) for key in keys if key.sha256 is not None]
        self._max_cost = max_cost
        self._verifier = Verifier([key.clear for key in self._clear if key.clear is not None])
        self._right: Remembered[Key] = Remembered(*_RIGHT, clock)
        self._wrong: Remembered[bool] = Remembered(*_WRONG, clock)

    async def authenticate(self, given: Credentials) -> Caller:
        """A token decides where there is one, else the bearer.

        Raises Unauthenticated for whatever is wrong, and Throttled where too many wait.
        """
        if given.token is not None:
            key = await self._by_token(given.token)
        else:
            key = self._by_bearer(given.bearer)
        if key is None:
            raise Unauthenticated("A valid token is required.")
        return key.caller_for(given.forwarded_user)

    async def aclose(self) -> None:
        await self._verifier.aclose()

    async def _by_token(self, token: str) -> Key | None:
        match = _HASH.fullmatch(token)
        if match is None or not _LEAST_COST <= int(match[1]) <= self._max_cost or not self._clear:
            return None
        encoded = token.encode()
        known = self._right.get(encoded)
        if known is not None or self._wrong.get(encoded):
            return known
        index = await self._verifier.matching(encoded, int(match[1]))
        if index is None:
            self._wrong.put(encoded, value=True)
            return None
        self._right.put(encoded, self._clear[index])
        return self._clear[index]

    def _by_bearer(self, bearer: str | None) -> Key | None:
        """Compares with all, each in constant time."""
        digest = hashlib.sha256((bearer or "").encode(errors="replace")).digest()
        found = None
        for expected, key in self._digested:
            if hmac.compare_digest(expected, digest):
                found = key
        return found if bearer else None
