"""Spaces the polls of an account evenly, and lets those who follow its runs take turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graph.concurrency import FairSlots
from graph.model.clock import Clock

_WAITING: Final = 1_000_000
"""No bound of its own: there is one wait per run that is followed."""


@dataclass(slots=True)
class _Account:
    next_at: float
    """When the next poll may begin."""
    waiting: int = 0
    turn: FairSlots = field(default_factory=lambda: FairSlots(1, waiting=_WAITING))


class PollTurns:
    """Limits the polls per second of each account; see ``FairSlots`` for their order.

    A caller that follows one run gets a turn after one poll of each other caller, even if the
    others follow hundreds.
    """

    def __init__(self, per_second: float, clock: Clock) -> None:
        self._seconds, self._clock = 1 / per_second, clock
        self._accounts: dict[str, _Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    async def take(self, account_id: str) -> None:
        """Returns when a poll may begin for the work of the calling task."""
        account = self._account(account_id)
        account.waiting += 1
        try:
            async with account.turn.slot():
                wait = account.next_at - self._clock.monotonic()
                if wait > 0:
                    await self._clock.sleep(wait)
                account.next_at = max(account.next_at, self._clock.monotonic()) + self._seconds
        finally:
            account.waiting -= 1

    def _account(self, account_id: str) -> _Account:
        account = self._accounts.get(account_id)
        if account is None:
            now = self._clock.monotonic()
            self._accounts = {
                other: kept
                for other, kept in self._accounts.items()
                if kept.waiting or kept.next_at > now
            }
            self._accounts[account_id] = account = _Account(now)
        return account
