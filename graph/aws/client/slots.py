"""How many calls to one account are in progress at a time, and whose turn is next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from graph.concurrency import FairSlots, TooManyWaiting
from graph.model.errors import Throttled
from graph.observability.metrics import LIMITED, QUEUE_LENGTH

CONCURRENT: Final = 25
"""Concurrent calls to one account in one region, separately for reads and for changes, so that
lists do not wait behind creates. DataSync's request rates are not published."""
PER_CALLER: Final = 20
"""Of these, calls for one caller: if all of them hang, others still have their slots."""
_WAITING: Final = 2_000
"""Calls of one caller that wait for a slot of one account; each holds some kilobytes."""


class AccountSlots:
    """Kept for as long as a call holds or awaits one: accounts are whatever callers ask for."""

    def __init__(self) -> None:
        self._slots: WeakValueDictionary[tuple[str, str, bool], FairSlots] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._slots)

    @asynccontextmanager
    async def slot(self, account_id: str, region: str, *, reads: bool) -> AsyncIterator[None]:
        """Holds a slot for the work of the calling task; callers take turns.

        Raises Throttled if the caller has too many calls waiting.
        """
        key = (account_id, region, reads)
        slots = self._slots.get(key)
        if slots is None:
            length = QUEUE_LENGTH.labels("aws")
            slots = FairSlots(CONCURRENT, per_caller=PER_CALLER, waiting=_WAITING, length=length)
            self._slots[key] = slots
        try:
            async with slots.slot():
                yield
        except TooManyWaiting:
            LIMITED.labels("aws_calls").inc()
            raise Throttled(
                f"Too many of your calls to account {account_id} are waiting in {region}. Request "
                "less at a time."
            ) from None
