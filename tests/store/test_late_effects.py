"""The schedule of checks for late effects."""

from __future__ import annotations

import asyncio

from graph.store import Store
from tests.store.operations import accepted

BOUNDS = {"shortest": 3.0, "longest": 120.0, "window": 900.0}


async def due(store: Store, now: float) -> list[str]:
    return [row.id for row in await store.late_effects.claim_due(now, **BOUNDS)]


async def ended_at(store: Store, operation_id: str) -> float:
    ended = (await store.operations.get(operation_id)).ended_at
    assert ended is not None
    return ended


async def test_only_an_operation_that_has_ended_and_was_noted_is_due(store: Store) -> None:
    for name in ("noted", "not-noted", "not-ended"):
        await accepted(store, name, mover_name=name, reservation=name)
    await store.late_effects.expect(["noted", "not-ended"])
    await store.operations.end("noted", None)
    await store.operations.end("not-noted", None)
    assert await due(store, await ended_at(store, "noted")) == ["noted"]


async def test_checks_become_ever_more_seldom_and_end(store: Store) -> None:
    await accepted(store, "one", mover_name="one")
    await store.late_effects.expect(["one"])
    await store.operations.end("one", "no")
    end = await ended_at(store, "one")
    at = [0.0, 2.9, 3.0, 5.9, 6.0, 9.0, 13.5, 500.0, 619.0, 620.0, 900.5, 2_000.0]
    found = [bool(await due(store, end + since)) for since in at]
    assert found == [
        *(True, False, True, False, True, True, True),  # until 4.5 seconds after its half
        *(True, False, True, True, False),
    ]


async def test_of_many_replicas_one_does_a_check(store: Store) -> None:
    await accepted(store, "one", mover_name="one")
    await asyncio.gather(*(store.late_effects.expect(["one"]) for _ in range(3)))
    await store.operations.end("one", None)
    end = await ended_at(store, "one")
    claims = await asyncio.gather(*(due(store, end) for _ in range(4)))
    assert sorted(claims) == [[], [], [], ["one"]]


async def test_noting_again_changes_nothing(store: Store) -> None:
    await accepted(store, "one", mover_name="one")
    await store.late_effects.expect([])
    await store.late_effects.expect(["one"])
    await store.operations.end("one", None)
    end = await ended_at(store, "one")
    assert await due(store, end) == ["one"]
    await store.late_effects.expect(["one"])
    assert await due(store, end) == []
