"""Work that is done once per idempotency key, whichever replica is asked, even if one dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from graph.concurrency import Bookkeeping
from graph.model.errors import ApiError, Conflict, Invalid, Upstream
from graph.store import IdempotencyKey, IdempotencyKeys, KeyClaim

Work = Callable[[str], Awaitable[str]]
Find = Callable[[str], Awaitable[str | None]]

_LONGEST: Final = 256
_WAITED: Final = 30.0
_LOOK: Final = 0.25


def key_of(caller: str, key: str, what: str, group: str | None = None) -> IdempotencyKey:
    """Raises Invalid for a key that is too long, or empty."""
    if not 0 < len(key) <= _LONGEST:
        raise Invalid(
            f"An idempotency key must have 1 to {_LONGEST} characters.", path=("idempotencyKey",)
        )
    return IdempotencyKey.of(caller, key, what, group)


class Idempotency:
    """Does work once per idempotency key. One per process."""

    def __init__(self, keys: IdempotencyKeys, replica: str, bookkeeping: Bookkeeping) -> None:
        self._keys, self._replica, self._bookkeeping = keys, replica, bookkeeping

    async def run_once(self, key: IdempotencyKey, *, work: Work, find: Find) -> str:
        """The result of the work for a key, or of the work that was done for it before.

        ``work`` and ``find`` get the mark by which a result is found again. Raises Conflict if the
        key was used with another input, or its work lasts too long. However the work ends, the key
        is settled or left to the next request.
        """
        claim = await self._claim(key)
        if claim.result is not None:
            return claim.result
        settle, keys = self._bookkeeping.settle, self._keys
        try:
            result = await _found_or_made(claim, key, work, find)
        except _NothingMadeError as nothing:
            await settle("the removal of an unused idempotency key", lambda: keys.drop(key))
            raise nothing.reason from None
        except BaseException:  # something may have been made, and the next request looks for it
            await settle("the release of an idempotency key", lambda: keys.release(key))
            raise
        await settle(f"the idempotency key of {result}", lambda: keys.settle(key, result))
        return result

    async def _claim(self, key: IdempotencyKey) -> KeyClaim:
        """Waits for another request that does the same work, while its server is alive."""
        until = time.monotonic() + _WAITED
        while True:
            claim = await self._keys.claim(key, self._replica)
            if claim.mine or claim.result is not None:
                return claim
            if time.monotonic() > until:
                raise Conflict(
                    "A request with this idempotency key is in progress. Try again later."
                )
            await asyncio.sleep(_LOOK)


class _NothingMadeError(Exception):
    """The work was refused, and has made nothing."""

    def __init__(self, reason: ApiError) -> None:
        super().__init__(reason)
        self.reason = reason


async def _found_or_made(claim: KeyClaim, key: IdempotencyKey, work: Work, find: Find) -> str:
    found = await find(key.hashed) if claim.again else None
    if found is not None:
        return found
    try:
        return await work(key.hashed)
    except Upstream:  # the answer may be lost, and the work done
        found = await find(key.hashed)
        if found is None:
            raise
        return found
    except ApiError as error:
        raise _NothingMadeError(error) from None
