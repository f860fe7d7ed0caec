"""The sweep of ended operations: what goes, and what stays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
import pytest_asyncio

from graph.aws.client.gateway import Gateway
from graph.cleanup.sweep import Sweep
from graph.model.audit import AuditAction, AuditFilter, AuditPhase
from graph.model.window import Window
from graph.sandbox import Fault, Sandbox
from graph.store import Store, open_store
from tests import leftover
from tests.store.operations import accepted, change_operation
from tests.stores import BOTH, store_url
from tests.world import CREATE, LAB, ask, ended, furnish, new_mover, serving, tell


@pytest_asyncio.fixture(params=BOTH)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    with store_url(request.param, tmp_path) as url:
        async with open_store(url) as opened:
            yield opened


def sweeping(gateway: Gateway, store: Store, age: float = -1) -> Sweep:
    return Sweep(gateway, store, age=age, every=60)


async def over(
    store: Store, operation_id: str, failure: str | None = None, task: str | None = None
) -> None:
    """A create of the mover `one` that has ended."""
    await accepted(store, operation_id, mover_name="one", reservation=operation_id, task_arn=task)
    await store.operations.end(operation_id, failure)


def parts(operation: str, *, role: str = "one-source-1") -> tuple[str, str, str, str]:
    """A whole mover of an operation: role, two locations, task."""
    reader = leftover.role(role, operation=operation)
    mine = leftover.tags(operation=operation)
    ends = leftover.location(reader, mine), leftover.location(reader, mine)
    return reader, *ends, leftover.task(*ends, "one", mine)


async def test_what_a_failed_create_left_behind_goes(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    lost, kept = parts("failed"), parts("completed", role="one-source-2")
    await over(store, "failed", "no")
    await over(store, "completed", None, kept[-1])
    assert await sweeping(gateway, store).round() == 2
    assert leftover.there(aws) == set(kept)
    assert not set(lost) & leftover.there(aws)
    assert await sweeping(gateway, store).round() == 0
    await recorded(store, "failed", lost)


async def recorded(store: Store, operation_id: str, removed: Iterable[str]) -> None:
    """The only removal in the audit trail is that of an operation's remains."""
    wanted = AuditFilter(action=AuditAction.CLEAN_ORPHANS)
    (entry,) = await store.audit.page(wanted, Window(10))
    record = entry.record
    assert (record.phase, record.target.operation_id) == (AuditPhase.COMPLETED, operation_id)
    assert set(record.target.resources) == set(removed)
    assert record.requester.request_id is None


async def test_nothing_goes_before_its_time(aws: Sandbox, gateway: Gateway, store: Store) -> None:
    lost = parts("failed")
    await over(store, "failed", "no")
    assert await sweeping(gateway, store, age=60).round() == 0
    assert leftover.there(aws) == set(lost)


async def test_nothing_goes_that_an_ended_create_did_not_make(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    parts("alive", role="one-source-a")
    parts("of-another-server", role="one-source-b")
    parts("a-delete", role="one-source-c")
    leftover.location(leftover.role("one-source-d"))
    await accepted(store, "alive", mover_name="one")
    await accepted(store, "a-delete", kind="DELETE_MOVER", mover_name="two")
    await store.operations.end("a-delete", "no")
    await over(store, "failed", "no")
    everything = leftover.there(aws)
    assert await sweeping(gateway, store).round() == 1
    assert leftover.there(aws) == everything


async def test_of_a_completed_create_the_doubles_go(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    kept = parts("completed")
    mine = leftover.tags(operation="completed")
    double = leftover.location(kept[0], mine)
    another = leftover.task(kept[1], double, "one", mine)
    await over(store, "completed", None, kept[-1])
    assert {double, another} <= leftover.there(aws)
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set(kept)


async def test_of_a_mover_that_was_deleted_no_location_goes(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    *kept, task = parts("completed")
    kept.append(leftover.location(kept[0], leftover.tags(operation="completed")))
    leftover.datasync().delete_task(task)
    await over(store, "completed", None, task)
    assert await sweeping(gateway, store).round() == 1
    assert leftover.there(aws) == set(kept)


async def test_while_a_mover_is_being_deleted_its_create_is_not_judged(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    kept = parts("completed")
    double = leftover.location(kept[0], leftover.tags(operation="completed"))
    await over(store, "completed", None, kept[-1])
    await accepted(store, "delete", kind="DELETE_MOVER", mover_name="one")
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == {*kept, double}
    await store.operations.end("delete", "no")
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set(kept)


async def test_what_is_used_elsewhere_stays_until_it_is_not(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    role, source, _, task = parts("failed")
    leftover.datasync().delete_task(task)
    foreign = leftover.task(source, source)
    await over(store, "failed", "no")
    await sweeping(gateway, store).round()
    assert {role, source, foreign} <= leftover.there(aws)
    leftover.datasync().delete_task(foreign)
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set()


async def test_a_task_that_runs_stays(aws: Sandbox, gateway: Gateway, store: Store) -> None:
    lost = parts("failed")
    aws.turn(0)
    leftover.datasync().start_task_execution({"TaskArn": lost[-1]})
    await over(store, "failed", "no")
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set(lost)
    aws.turn(3_600)
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set()


async def test_a_mark_is_read_again_before_anything_goes(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    """The tagging API shows the mark of a location that has lost it since, and a ghost."""
    aws.set_pace(ghosts=1_000)
    role, source, destination, task = parts("failed")
    backend = leftover.datasync()
    backend.delete_task(task)
    backend.delete_location(destination)
    kept = backend.location(source)
    backend.tagged.ghosts.append(
        (backend.tagged.ghosts[0][0], "location", kept)
    )  # as the list has it still
    await over(store, "failed", "no")
    kept.tags = {key: value for key, value in kept.tags.items() if "operation" not in key}
    backend.tagged.ghosts[-1] = (*backend.tagged.ghosts[-1][:2], _Shown(source, "failed"))
    await sweeping(gateway, store).round()
    assert leftover.there(aws) >= {source, role}


class _Shown:
    """A resource as the tagging API still has it."""

    def __init__(self, arn: str, operation: str) -> None:
        self.arn, self.tags = arn, {"datasync-api:operation": operation}


async def test_an_account_that_refuses_keeps_no_other_from_its_turn(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    lost = parts("failed")
    await accepted(store, "elsewhere", account_id="999999999999")
    await store.operations.end("elsewhere", "no")
    await over(store, "failed", "no")
    sweep = sweeping(gateway, store)
    assert await sweep.round() == 2
    assert not set(lost) & leftover.there(aws)
    assert await sweep.round() == 0
    unswept = await store.operation_lists.unswept(time.time() + 9, 9)
    assert [row.id for row in unswept] == ["elsewhere"]


async def test_what_was_left_in_another_region_is_looked_for_there(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    role = leftover.role("failed-source", operation="failed")
    lost = leftover.location(role, leftover.tags(operation="failed"), "eu-west-1")
    await over(store, "failed", "no")
    await change_operation(store, "failed", region="eu-west-1")
    await sweeping(gateway, store).round()
    assert lost not in leftover.there(aws)
    aside = [(LAB, "eu-west-1")]
    await change_operation(store, "failed", swept_at=None)
    assert await store.operation_lists.unswept(time.time() + 9, 9, aside) == []
    assert len(await store.operation_lists.unswept(time.time() + 9, 9, [(LAB, None)])) == 1


async def test_looking_at_20_operations_costs_one_call(
    aws: Sandbox, gateway: Gateway, store: Store
) -> None:
    for index in range(41):
        await over(store, f"op-{index}")
    await sweeping(gateway, store).round()
    counts = dict(aws.interceptor.counts())
    counts.pop("sts.AssumeRole")
    assert counts == {"resourcegroupstaggingapi.GetResources": 3}
    assert await store.operation_lists.unswept(time.time() + 9, 9) == []


async def test_several_may_sweep_at_once(aws: Sandbox, gateway: Gateway, store: Store) -> None:
    for index in range(3):
        parts(f"failed-{index}", role=f"one-source-{index}")
        await over(store, f"failed-{index}", "no")
    aws.interceptor.add(Fault("DeleteLocation", "lost"))
    await asyncio.gather(*(sweeping(gateway, store).round() for _ in range(3)))
    await sweeping(gateway, store).round()
    assert leftover.there(aws) == set()
    assert await store.operation_lists.unswept(time.time() + 9, 9) == []


async def test_a_server_sweeps_and_then_forgets(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    bad = new_mover()
    bad["destination"]["s3"]["bucketArn"] = "arn:aws:s3:::is-not-there"
    async with serving(tmp_path, sweep_seconds=0.05, orphan_minutes=1e-9) as client:
        operation = (await ask(client, CREATE, input=bad))["createMover"]["operation"]["id"]
        assert (await ended(client, operation))["status"] == "FAILED"
        shown = await tell(client, f'{{ operation(id: "{operation}") {{ status }} }}')
        assert shown["data"]["operation"] == {"status": "FAILED"}
        async with (
            open_store(f"sqlite:///{tmp_path}/store/db.sqlite") as store,
            asyncio.timeout(20),
        ):
            while await store.operation_lists.unswept(time.time() + 9, 9):
                await ask(client, "{ server { version } }")
            assert await store.retention.delete_expired(time.time() + 9) != []
    assert leftover.there(aws) == set()
