"""Whose work is taken over, and whose is not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from dbos import error

from graph.operations import dispatch, heartbeat
from graph.operations.heartbeat import Heartbeat, Liveness
from graph.store import open_store
from graph.store.tables import RETIRED
from tests.stores import migrated_file

LEASE = 8.0
EVERY = LEASE / 5


def rounds(liveness: Liveness, beats: dict[str, int | None], begin: float, count: int) -> list[str]:
    """The replicas that are silent after some rounds in which no other one beats."""
    silent: list[str] = []
    for index in range(count):
        silent = liveness.silent(beats, begin + index * EVERY)
    return silent


def test_a_replica_that_stops_beating_is_silent_after_a_lease() -> None:
    liveness = Liveness(LEASE)
    assert rounds(liveness, {"b": 1}, 0.0, 6) == []
    assert liveness.silent({"b": 1}, LEASE + 0.1) == ["b"]


def test_a_replica_that_beats_is_never_silent() -> None:
    liveness = Liveness(LEASE)
    for index in range(50):
        assert liveness.silent({"b": index}, index * EVERY) == []


def test_an_owner_of_work_that_never_beat_is_silent_after_a_lease() -> None:
    liveness = Liveness(LEASE)
    assert rounds(liveness, {"b": None}, 0.0, 6) == []
    assert liveness.silent({"b": None}, LEASE + 0.1) == ["b"]


def test_one_that_retired_is_taken_over_at_once() -> None:
    assert Liveness(LEASE).silent({"b": RETIRED}, 0.0) == ["b"]


def test_after_an_outage_of_the_store_the_living_have_a_lease_more_to_show_themselves() -> None:
    liveness = Liveness(LEASE)
    rounds(liveness, {"b": 1}, 0.0, 3)
    back = 3 * EVERY + 60.0
    assert rounds(liveness, {"b": 1}, back, 7) == []
    assert rounds(liveness, {"b": 2}, back + 7 * EVERY, 5) == []


def test_after_an_outage_the_dead_are_still_found() -> None:
    liveness = Liveness(LEASE)
    rounds(liveness, {"b": 1}, 0.0, 3)
    assert rounds(liveness, {"b": 1}, 60.0, 12) == ["b"]


def test_one_that_was_buried_and_comes_back_is_counted_anew() -> None:
    liveness = Liveness(LEASE)
    rounds(liveness, {"b": 1}, 0.0, 6)
    assert rounds(liveness, {}, 6 * EVERY, 1) == []
    assert rounds(liveness, {"b": 0}, 7 * EVERY, 5) == []


async def test_a_replica_whose_heartbeat_has_stopped_makes_nothing_until_it_beats_again(
    tmp_path: Path,
) -> None:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        mine = Heartbeat(store.replicas, "mine", LEASE)
        await mine.ensure_owner()
        mine._beaten -= LEASE
        waiting = asyncio.create_task(mine.ensure_owner())
        await asyncio.wait([waiting], timeout=0.05)
        assert not waiting.done()
        await mine.beat()
        await waiting


async def test_who_waited_through_a_pause_of_the_heartbeat_asks_whose_work_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def owner_of(_workflow_id: str) -> str:
        return "another"

    monkeypatch.setattr(heartbeat, "DBOS", SimpleNamespace(workflow_id="w"))
    monkeypatch.setattr(dispatch, "owner_of", owner_of)
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        mine = Heartbeat(store.replicas, "mine", LEASE)
        asked = time.monotonic()
        mine._beaten -= LEASE
        await mine.beat()
        await mine.ensure_owner()
        with pytest.raises(error.DBOSWorkflowConflictIDError):
            await mine.ensure_owner(asked)
        await mine.ensure_owner(time.monotonic())
