"""Limits how many operations are worked on at a time, however many are accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

PER_ACCOUNT: Final = 24
"""More operations of one account would wait for the same slots of the gateway, each within its own
deadline, until calls that were never sent are taken for failures. The quota is 100 tasks."""
_IN_ALL: Final = 96
"""Operations of this process: it takes four accounts that hang to fill it."""


class AccountLimiter:
    """First come, first served. A waiting operation holds no thread and can be cancelled."""

    def __init__(self, per_account: int = PER_ACCOUNT, in_all: int = _IN_ALL) -> None:
        self._per_account, self._all = per_account, asyncio.Semaphore(in_all)
        # By account, for as long as an operation holds or awaits a slot of it.
        self._accounts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, account_id: str) -> AsyncIterator[None]:
        """Holds a slot of the account and one of the process, once both are free."""
        mine = self._accounts.get(account_id)
        if mine is None:
            self._accounts[account_id] = mine = asyncio.Semaphore(self._per_account)
        # The account's first: a workflow that waits for it must not hold a slot of the process.
        async with mine, self._all:
            yield
