"""Keeps the keys of an issuer up to date in the background, so that few requests wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from graph.auth.issuers.download import SECONDS, Unavailable, fetch_keys
from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.key_set import KeySet
from graph.auth.rejected import Kind, Rejected
from graph.model.clock import Clock
from graph.observability.outages import Outage

if TYPE_CHECKING:
    import jwt

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 300.0
"""Between two fetches."""
SOON_SECONDS: Final = 30.0
"""Between two fetches after one that failed, and between two that an unknown key has caused."""
STALE_SECONDS: Final = 86_400.0
"""How long keys are used that cannot be fetched again."""
MOST_WAITING: Final = 50
"""Requests that wait for a fetch; the tokens of others are rejected."""

Fetch = Callable[[Issuer], Awaitable[KeySet]]
"""Raises Unavailable."""


class KeySource:
    """The keys of one issuer. Its creator closes it."""

    def __init__(self, issuer: Issuer, clock: Clock, fetch: Fetch = fetch_keys) -> None:
        self._issuer, self._clock, self._fetch = issuer, clock, fetch
        self._outage = Outage(
            log,
            f"the issuer {issuer.name}",
            clock.monotonic,
            begins="does not provide its keys",
            ends="provides its keys again",
        )
        self._keys = issuer.keys
        self._fetched_at = self._asked_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._waiting = 0

    def start(self) -> None:
        """Begins to fetch the keys, unless they are configured."""
        if self._issuer.keys is None and self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh())  # owned here: see ``aclose``

    async def aclose(self) -> None:
        tasks = [each for each in (self._refreshing, self._fetching) if each is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def provides_for(self, issuer: Issuer) -> bool:
        """Whether it fetches the keys of the issuer as it is configured now."""
        own = self._issuer
        return (own.url, own.jwks_url, own.keys) == (issuer.url, issuer.jwks_url, issuer.keys)

    @property
    def trouble(self) -> str | None:
        """Why no token of the issuer can be verified, or None."""
        if self._current is not None:
            return None
        return self._outage.cause or "the keys have not been fetched yet"

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """The key of a token. Waits for a fetch if it is unknown, but not again for a while.

        Raises Rejected if there is no such key.
        """
        found = self._find(kid, algorithm)
        if found is None and self._issuer.keys is None:
            await self._ask()
            found = self._find(kid, algorithm)
        if found is None:
            why = "has no such key (kid)" if self._current else "has not provided its keys"
            raise Rejected(Kind.SIGNING_KEY, f"the issuer {self._issuer.name} {why}")
        return found

    def _find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        keys = self._current
        return None if keys is None else keys.find(kid, algorithm)

    @property
    def _current(self) -> KeySet | None:
        if self._issuer.keys is not None:
            return self._issuer.keys
        is_stale = self._clock.monotonic() - self._fetched_at > STALE_SECONDS
        return None if is_stale else self._keys

    async def _ask(self) -> None:
        """Waits for the fetch in progress, or for another one if the last is some time ago."""
        if self._fetching is None:
            if self._clock.monotonic() - self._asked_at < SOON_SECONDS:
                return
            self._asked_at = self._clock.monotonic()
            self._begin()
        if self._waiting < MOST_WAITING and self._fetching is not None:
            self._waiting += 1
            try:
                await asyncio.wait({self._fetching})  # which may be cancelled by ``aclose``
            finally:
                self._waiting -= 1

    def _begin(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_once())  # owned here: see ``aclose``
        return self._fetching

    async def _fetch_once(self) -> None:
        try:
            async with asyncio.timeout(2 * SECONDS):
                self._keys = await self._fetch(self._issuer)
        except (Unavailable, TimeoutError) as error:
            self._outage.failed(str(error) or "no response in time")
        except Exception as error:  # noqa: BLE001 - a boundary: the next fetch may succeed
            self._outage.failed(repr(error), error)
        else:
            self._fetched_at = self._clock.monotonic()
            self._outage.succeeded()
        finally:
            self._fetching = None

    async def _refresh(self) -> None:
        while True:
            await asyncio.wait({self._begin()})
            await self._clock.sleep(SOON_SECONDS if self._outage.cause else AGAIN_SECONDS)
