"""Spaces the polls of an account and region evenly, and lets those who follow its runs take turns.

A token bucket of one token: what is not used now cannot be used for a burst later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from graph.concurrency import FairSlots
from graph.model.clock import Clock
from graph.observability.metrics import QUEUE_LENGTH

_WAITING: Final = 1_000_000
"""No bound of its own: there is one wait per run that is followed."""


@dataclass(slots=True)
class _Place:
    next_at: float
    """When the next poll may begin."""
    waiting: int = 0
    turn: FairSlots = field(
        default_factory=lambda: FairSlots(1, waiting=_WAITING, length=QUEUE_LENGTH.labels("polls"))
    )


class PollTurns:
    """Limits the polls per second of each account and region; see ``FairSlots`` for their order.

    A caller that follows one run gets a turn after one poll of each other caller, even if the
    others follow hundreds.
    """

    def __init__(
        self, per_second: float, clock: Clock, pollers: Callable[[str], int] = lambda _: 1
    ) -> None:
        """``pollers``: how many processes share the polls of a place at the moment."""
        self._seconds, self._clock, self._pollers = 1 / per_second, clock, pollers
        self._places: dict[str, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    async def take(self, where: str) -> None:
        """Returns when a poll may begin for the work of the calling task.

        ``where``: the account and region, see ``place_of``.
        """
        place = self._place(where)
        place.waiting += 1
        try:
            async with place.turn.slot():
                wait = place.next_at - self._clock.monotonic()
                if wait > 0:
                    await self._clock.sleep(wait)
                pause = self._seconds * self._pollers(where)
                place.next_at = max(place.next_at, self._clock.monotonic()) + pause
        finally:
            place.waiting -= 1

    def _place(self, where: str) -> _Place:
        place = self._places.get(where)
        if place is None:
            now = self._clock.monotonic()
            self._places = {
                other: kept
                for other, kept in self._places.items()
                if kept.waiting or kept.next_at > now
            }
            self._places[where] = place = _Place(now)
        return place
