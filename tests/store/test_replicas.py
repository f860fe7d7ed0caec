"""Heartbeats of replicas, and who takes over from one that is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from graph.store import open_store
from tests.stores import migrated_file


async def test_a_dead_replica_is_claimed_by_one_and_only_as_it_was_seen(tmp_path: Path) -> None:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        await store.replicas.beat("dead")
        seen = (await store.replicas.beat("dead"))["dead"]
        assert not await store.replicas.claim("dead", seen - 1), "it has beaten since"
        claims = await asyncio.gather(*(store.replicas.claim("dead", seen) for _ in range(4)))
        assert sorted(claims) == [False, False, False, True]
        # One that never beat gets an entry first, by which one of all can claim it.
        assert not any(
            await asyncio.gather(*(store.replicas.claim("unknown", None) for _ in range(4)))
        )
        counts = await store.replicas.beat("me")
        claims = await asyncio.gather(
            *(store.replicas.claim("unknown", counts["unknown"]) for _ in range(4))
        )
        assert sorted(claims) == [False, False, False, True]
