"""Repeats a call that had no effect, or whose effect does not matter, a bounded number of times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from graph.aws.client.codes import Refused
from graph.model.errors import Throttled, Upstream

T = TypeVar("T")

ATTEMPTS: Final = 4
"""As the original server: one and three retries."""
_CAPACITY: Final = 100.0
_REFUND: Final = 0.5


class RetryBudget:
    """The budget of one account: where everything fails, most calls are made only once.

    A retry costs 1, and its price comes back when the call succeeds; every success adds a little.
    """

    def __init__(self, seconds: float) -> None:
        """``seconds``: the longest wait before the second attempt; it doubles each time."""
        self._seconds, self._left = seconds, _CAPACITY

    async def run(
        self,
        attempt: Callable[[], Awaitable[T]],
        translate: Callable[[Exception], Exception],
        *,
        safe: bool,
    ) -> T:
        """The result of the first attempt that succeeds. Raises the translated error of the last.

        Throttling is repeated always, as it means that nothing was done; another failure of AWS
        only where the call is ``safe`` to repeat.
        """
        spent = 0
        while True:
            try:
                result = await attempt()
            except Exception as error:
                known = translate(error)
                if not (_may_pass(known, safe=safe) and spent < ATTEMPTS - 1 and self._left >= 1):
                    if known is error:
                        raise
                    raise known from error
            else:
                self._left = min(_CAPACITY, self._left + spent + _REFUND)
                return result
            self._left -= 1
            # Jitter only spreads callers out: no secret depends on it.
            await asyncio.sleep(self._seconds * 2**spent * random.random())  # noqa: S311
            spent += 1


def _may_pass(error: Exception, *, safe: bool) -> bool:
    passing = isinstance(error, Upstream) and not isinstance(error, Refused)
    return isinstance(error, Throttled) or (safe and passing)
