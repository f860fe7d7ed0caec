"""Whose work is taken over, and whose is not."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from dbos import DBOS
from dbos._error import DBOSWorkflowConflictIDError

from graph.operations import heart
from graph.operations.heart import Heart, Roll
from graph.operations.rooms import rooms
from graph.sandbox import Sandbox
from graph.store import Store
from graph.store.tables import RETIRED
from tests.world import CREATE, LAB, ask, ended, furnish, new_mover, serving

LEASE = 8.0
EVERY = LEASE / 5


def rounds(roll: Roll, beats: dict[str, int | None], begin: float, count: int) -> list[str]:
    """Who is silent at the end of so many rounds in which nobody else beats."""
    silent: list[str] = []
    for index in range(count):
        silent = roll.silent(beats, begin + index * EVERY)
    return silent


def test_a_replica_that_stops_beating_is_silent_after_a_lease() -> None:
    roll = Roll(LEASE)
    assert rounds(roll, {"b": 1}, 0.0, 6) == []
    assert roll.silent({"b": 1}, LEASE + 0.1) == ["b"]


def test_a_replica_that_beats_is_never_silent() -> None:
    roll = Roll(LEASE)
    for index in range(50):
        assert roll.silent({"b": index}, index * EVERY) == []


def test_an_owner_of_work_that_never_beat_is_silent_after_a_lease() -> None:
    roll = Roll(LEASE)
    assert rounds(roll, {"b": None}, 0.0, 6) == []
    assert roll.silent({"b": None}, LEASE + 0.1) == ["b"]


def test_one_that_retired_is_taken_over_at_once() -> None:
    assert Roll(LEASE).silent({"b": RETIRED}, 0.0) == ["b"]


def test_after_an_outage_of_the_store_the_living_have_a_lease_more_to_show_themselves() -> None:
    roll = Roll(LEASE)
    rounds(roll, {"b": 1}, 0.0, 3)
    back = 3 * EVERY + 60.0
    assert rounds(roll, {"b": 1}, back, 7) == []
    assert rounds(roll, {"b": 2}, back + 7 * EVERY, 5) == []


def test_after_an_outage_the_dead_are_still_found() -> None:
    roll = Roll(LEASE)
    rounds(roll, {"b": 1}, 0.0, 3)
    assert rounds(roll, {"b": 1}, 60.0, 12) == ["b"]


def test_one_that_was_buried_and_comes_back_is_counted_anew() -> None:
    roll = Roll(LEASE)
    rounds(roll, {"b": 1}, 0.0, 6)
    assert rounds(roll, {}, 6 * EVERY, 1) == []
    assert rounds(roll, {"b": 0}, 7 * EVERY, 5) == []


async def test_a_replica_whose_heartbeat_has_stopped_makes_nothing_until_it_beats_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart, "_owners", set)
    async with Store(f"sqlite:///{tmp_path}/db.sqlite") as store:
        mine = Heart(store, "mine", LEASE)
        await mine.certain()
        mine._beaten -= LEASE
        waiting = asyncio.create_task(mine.certain())
        await asyncio.wait([waiting], timeout=0.05)
        assert not waiting.done()
        await mine.beat()
        await waiting


async def test_who_waited_through_a_pause_of_the_heartbeat_asks_whose_work_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Engine:
        workflow_id = "w"

        @staticmethod
        def get_workflow_status(_: str) -> SimpleNamespace:
            return SimpleNamespace(executor_id="another")

    monkeypatch.setattr(heart, "_owners", set)
    monkeypatch.setattr(heart, "DBOS", Engine)
    async with Store(f"sqlite:///{tmp_path}/db.sqlite") as store:
        mine = Heart(store, "mine", LEASE)
        asked = time.monotonic()
        mine._beaten -= LEASE
        await mine.beat()
        await mine.certain()
        with pytest.raises(DBOSWorkflowConflictIDError):
            await mine.certain(asked)
        await mine.certain(time.monotonic())


async def test_a_create_that_asked_whose_work_it_is_leaves_the_same_journal(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        rooms().heart._unbroken = math.inf  # as if it had stood still since
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert (await ended(client, payload["operation"]["id"]))["status"] == "COMPLETED"
        (workflow,) = await DBOS.list_workflows_async(name="create_mover")
        journal = await DBOS.list_workflow_steps_async(workflow.workflow_id)
    assert [step["function_name"] for step in journal] == ["make"]
