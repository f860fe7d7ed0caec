"""Limits how many operations are worked on at a time, however many are accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from graph.concurrency import FairSlots, Work
from graph.observability.metrics import QUEUE_LENGTH

PER_ACCOUNT: Final = 24
"""More operations of one account would wait for the same slots of the gateway, each within its own
deadline, until calls that were never sent are taken for failures. The quota is 100 tasks."""
_IN_ALL: Final = 96
"""Operations of this process: it takes four accounts that hang to fill it."""
_WAITING: Final = 1_000_000
"""No bound of its own: an operation that was accepted has to be carried out. The number of
unfinished operations of a caller is limited before that."""


class AccountLimiter:
    """Groups take turns, and so do the callers in each; see ``FairSlots``.

    A waiting operation holds no thread and can be cancelled.
    """

    def __init__(self, per_account: int = PER_ACCOUNT, in_all: int = _IN_ALL) -> None:
        self._per_account, self._all = per_account, _slots(in_all)
        # By account, for as long as an operation holds or awaits a slot of it.
        self._accounts: WeakValueDictionary[str, FairSlots] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(
        self, place: str, group: str | None = None, caller: str = ""
    ) -> AsyncIterator[None]:
        """Holds a slot of the account and one of the process, once both are free.

        ``place``: the account in one region, see ``place_key``.
        """
        mine = self._accounts.get(place)
        if mine is None:
            mine = _slots(self._per_account)
            self._accounts[place] = mine
        # The account's first: a workflow that waits for it must not hold a slot of the process.
        async with (
            mine.slot(Work((group, caller))),
            self._all.slot(Work((place, group, caller))),
        ):
            yield


def _slots(number: int) -> FairSlots:
    return FairSlots(number, waiting=_WAITING, length=QUEUE_LENGTH.labels("operations"))
