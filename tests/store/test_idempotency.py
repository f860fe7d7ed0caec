"""Idempotency keys: one caller works on each, and a key whose holder is gone is taken over."""

from __future__ import annotations

import asyncio

from graph.store import IdempotencyKey, Store
from tests.store.operations import KEY, new_operation


async def test_keys_of_two_callers_do_not_meet(store: Store) -> None:
    await store.operations.begin(new_operation(), KEY)
    assert await store.idempotency.result(IdempotencyKey.of("you", "k-1", "what")) is None
    assert IdempotencyKey.of("a", "b c", "w").hashed != IdempotencyKey.of("a b", "c", "w").hashed


async def test_of_many_that_claim_a_key_one_has_it(store: Store) -> None:
    await store.replicas.beat("here")
    claims = await asyncio.gather(*(store.idempotency.claim(KEY, "here") for _ in range(8)))
    assert [claim.mine for claim in claims].count(True) == 1
    await store.idempotency.settle(KEY, "run-1")
    settled = await store.idempotency.claim(KEY, "there")
    assert (settled.mine, settled.result) == (False, "run-1")


async def test_a_key_is_taken_over_from_a_replica_that_is_gone(store: Store) -> None:
    count = (await store.replicas.beat("here"))["here"]
    await store.idempotency.claim(KEY, "here")
    assert not (await store.idempotency.claim(KEY, "there")).mine
    assert await store.replicas.claim("here", count)
    taken = await store.idempotency.claim(KEY, "there")
    assert (taken.mine, taken.again) == (True, True)


async def test_a_key_is_taken_over_from_a_replica_that_retired(store: Store) -> None:
    await store.replicas.beat("here")
    await store.idempotency.claim(KEY, "here")
    await store.replicas.retire("here")
    assert (await store.idempotency.claim(KEY, "there")).mine


async def test_a_key_that_is_given_back_is_as_new_and_a_released_one_is_looked_after(
    store: Store,
) -> None:
    await store.replicas.beat("here")
    await store.idempotency.claim(KEY, "here")
    await store.idempotency.drop(KEY)
    assert not (await store.idempotency.claim(KEY, "here")).again
    await store.idempotency.release(KEY)
    assert (await store.idempotency.claim(KEY, "here")).again
