"""Idempotency keys: one caller works on each, and a key whose holder is gone is taken over."""

from __future__ import annotations

import asyncio

from graph.store import Key, Store
from tests.store.test_store import KEY, values


async def test_keys_of_two_callers_do_not_meet(store: Store) -> None:
    await store.begin_operation(values(), KEY)
    assert await store.key_result(Key.of("you", "k-1", "what")) is None
    assert Key.of("a", "b c", "w").hashed != Key.of("a b", "c", "w").hashed


async def test_of_many_that_claim_a_key_one_has_it(store: Store) -> None:
    await store.beat("here")
    claims = await asyncio.gather(*(store.claim_key(KEY, "here") for _ in range(8)))
    assert [claim.mine for claim in claims].count(True) == 1
    await store.settle_key(KEY, "run-1")
    settled = await store.claim_key(KEY, "there")
    assert (settled.mine, settled.result) == (False, "run-1")


async def test_a_key_is_taken_over_from_a_replica_that_is_gone(store: Store) -> None:
    count = (await store.beat("here"))["here"]
    await store.claim_key(KEY, "here")
    assert not (await store.claim_key(KEY, "there")).mine
    assert await store.claim_replica("here", count)
    taken = await store.claim_key(KEY, "there")
    assert (taken.mine, taken.again) == (True, True)


async def test_a_key_is_taken_over_from_a_replica_that_retired(store: Store) -> None:
    await store.beat("here")
    await store.claim_key(KEY, "here")
    await store.retire("here")
    assert (await store.claim_key(KEY, "there")).mine


async def test_a_key_that_is_given_back_is_as_new_and_a_released_one_is_looked_after(
    store: Store,
) -> None:
    await store.beat("here")
    await store.claim_key(KEY, "here")
    await store.drop_key(KEY)
    assert not (await store.claim_key(KEY, "here")).again
    await store.release_key(KEY)
    assert (await store.claim_key(KEY, "here")).again
