"""Requests that wait for something to happen: bounded, each with a deadline, and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from math import inf

from graph.concurrency.in_progress import InProgress


class Withdrawn(Exception):
    """The credential of a caller that waits was removed or changed, or has expired."""


class Waits:
    """All waits can be ended at once, as if their time were over, or those of some credentials."""

    def __init__(self, most: int = 2_000) -> None:
        """``most``: waits at the same time, of which each caller may have as many as are free."""
        self.withdrawals = 0
        """How often credentials were withdrawn."""
        self._room = InProgress(most)
        self._open: dict[asyncio.Timeout, str | None] = {}
        """The waits, with the credential of each."""
        self._withdrawn: dict[str, int] = {}
        """Which withdrawal of each credential was its last. As many as were ever configured."""
        self._ended = False

    @asynccontextmanager
    async def at_most(
        self,
        seconds: float,
        credential: str | None = None,
        *,
        since: int = 0,
        expires_in: float | None = None,
    ) -> AsyncIterator[None]:
        """Leaves its block after ``seconds``, without an error.

        Raises NoRoom, and Withdrawn if the credential is withdrawn or expires, or was withdrawn
        after the caller had been authenticated: when there had been ``since`` withdrawals.
        """
        self._require(credential, since)
        leave = self._room.enter_current()
        valid = inf if expires_in is None else max(0.0, expires_in)
        expiry = asyncio.get_running_loop().time() + valid
        scope = asyncio.timeout(0 if self._ended else min(seconds, valid))
        self._open[scope] = credential
        try:
            async with scope:
                yield
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            del self._open[scope]
            leave()
        self._require(credential, since)
        if asyncio.get_running_loop().time() >= expiry:
            raise Withdrawn

    def end(self) -> None:
        """Ends all waits, also those that begin later."""
        self._ended = True
        for scope in self._open:
            _interrupt(scope)

    def withdraw(self, credentials: Collection[str]) -> None:
        """Ends the waits of these credentials with Withdrawn."""
        self.withdrawals += 1
        self._withdrawn.update(dict.fromkeys(credentials, self.withdrawals))
        for scope, credential in self._open.items():
            if credential in credentials:
                _interrupt(scope)

    def _require(self, credential: str | None, since: int) -> None:
        if credential is not None and self._withdrawn.get(credential, 0) > since:
            raise Withdrawn


def _interrupt(scope: asyncio.Timeout) -> None:
    scope.reschedule(asyncio.get_running_loop().time())
