"""Work that is done once for an idempotency key, on whatever replica, whoever dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from graph.model.errors import ApiError, Conflict, Invalid, Upstream
from graph.store import Claim, Key, Store

_LONGEST: Final = 256
_WAITED: Final = 30.0
_LOOK: Final = 0.25


def key_of(caller: str, key: str, what: str, group: str | None = None) -> Key:
    """Raises Invalid for a key that is too long, or empty."""
    if not 0 < len(key) <= _LONGEST:
        raise Invalid(
            f"an idempotency key has 1 to {_LONGEST} characters", path=("idempotencyKey",)
        )
    return Key.of(caller, key, what, group)


async def once(
    store: Store,
    replica: str,
    key: Key,
    work: Callable[[str], Awaitable[str]],
    find: Callable[[str], Awaitable[str | None]],
) -> str:
    """What the work for a key gives. Both are given the mark by which a result is found again.

    Raises Conflict where the key was used with another input, or its work lasts too long.
    """
    claim = await _claim(store, replica, key)
    if claim.result is not None:
        return claim.result
    found = await _looked_for(store, key, find) if claim.again else None
    if found is None:
        try:
            found = await work(key.hashed)
        except Upstream:  # the answer may be lost, and the work done
            found = await _looked_for(store, key, find)
            if found is None:
                await store.release_key(key)
                raise
        except ApiError:
            await store.drop_key(key)
            raise
    await store.settle_key(key, found)
    return found


async def _looked_for(
    store: Store, key: Key, find: Callable[[str], Awaitable[str | None]]
) -> str | None:
    try:
        return await find(key.hashed)
    except ApiError:
        await store.release_key(key)
        raise


async def _claim(store: Store, replica: str, key: Key) -> Claim:
    """Waits for another that does the same work, as long as it lives."""
    until = time.monotonic() + _WAITED
    while True:
        claim = await store.claim_key(key, replica)
        if claim.mine or claim.result is not None:
            return claim
        if time.monotonic() > until:
            raise Conflict("a request with this idempotency key is under way; try again later")
        await asyncio.sleep(_LOOK)
