"""Taking turns: however many operations are accepted at once, few are worked on at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

AN_ACCOUNT: Final = 24
"""Of one account. More would only wait for the same calls, each inside its own deadline, until
calls that were never sent are taken for failures. An account's quota is 100 tasks."""
_ALL: Final = 96
"""Of this process: four accounts that hang fill it, and no fewer."""


class Turns:
    """In the order in which they ask. Whoever waits holds no thread, and ends when cancelled."""

    def __init__(self, an_account: int = AN_ACCOUNT, of_all: int = _ALL) -> None:
        self._most, self._all = an_account, asyncio.Semaphore(of_all)
        # By account, as long as an operation has or awaits its turn.
        self._accounts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, account_id: str) -> AsyncIterator[None]:
        mine = self._accounts.get(account_id)
        if mine is None:
            self._accounts[account_id] = mine = asyncio.Semaphore(self._most)
        # The account's first: what waits for that keeps no other account waiting.
        async with mine, self._all:
            yield
