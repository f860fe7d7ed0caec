"""Heartbeats of replicas, and who takes over from one that is gone."""

from __future__ import annotations

import asyncio

from graph.store import Store
from graph.store.tables import BEATS


async def test_a_dead_replica_is_claimed_by_one_and_only_as_it_was_seen(store: Store) -> None:
    await store.replicas.beat("dead")
    seen = (await store.replicas.beat("dead"))["dead"]
    assert not await store.replicas.claim("dead", seen - 1), "it has beaten since"
    claims = await asyncio.gather(*(store.replicas.claim("dead", seen) for _ in range(4)))
    assert sorted(claims) == [False, False, False, True]
    # One that never beat gets an entry first, by which one of all can claim it.
    assert not any(await asyncio.gather(*(store.replicas.claim("unknown", None) for _ in range(4))))
    counts = await store.replicas.beat("me")
    claims = await asyncio.gather(
        *(store.replicas.claim("unknown", counts["unknown"]) for _ in range(4))
    )
    assert sorted(claims) == [False, False, False, True]


async def test_a_beat_counts_and_returns_all_counts(store: Store) -> None:
    told = [await store.replicas.beat(each) for each in ("a", "b", "a", "a", "c")]
    assert told == [
        {"a": 0},
        {"a": 0, "b": 0},
        {"a": 1, "b": 0},
        {"a": 2, "b": 0},
        {"a": 2, "b": 0, "c": 0},
    ]
    rows = await store.database.rows(BEATS.select())
    assert {row["id"]: row["beat"] for row in rows} == told[-1]
