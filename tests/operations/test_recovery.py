"""Operations that were recorded but not started, or that the engine gave up silently."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from dbos import DBOS

from graph.model.location_specs import S3Spec
from graph.model.operation import NewMover
from graph.observability.metrics import OPERATIONS, OPERATIONS_OLDEST
from graph.operations import dispatch
from graph.operations.inputs import CreateInput, DeleteInput
from graph.operations.inputs import encode as encoded
from graph.operations.recovery import Recovery
from graph.operations.runtime import runtime
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode
from graph.store import NewOperation
from tests.operations.crash import left
from tests.store.operations import change_operation, new_operation
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover, serving


def recorded(name: str = "one", stored: bytes | None = None) -> NewOperation:
    """An operation as it stands in the store before it is started."""
    spec = S3Spec(bucket_arn=f"arn:aws:s3:::from-{LAB}")
    new = NewMover(account_id=LAB, group="g", name=name, source=spec, destination=spec)
    given = encoded(CreateInput(new)) if stored is None else stored
    return new_operation(name, account_id=LAB, input=given)


def recovery() -> Recovery:
    return Recovery(runtime().store, runtime().heartbeat, keep=3_600)


async def standing(client: httpx.AsyncClient, aws: Sandbox) -> str:
    """The id of a create whose task is made, and not yet known to be."""
    aws.interceptor.add(Fault("CreateTask", "gate-after"))
    await ask(client, CREATE, input=new_mover())
    assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
    (row,) = await runtime().store.operations.unended()
    return row.id


async def test_what_was_recorded_and_never_begun_is_begun_later(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        store = runtime().store
        begun = await store.operations.begin(recorded())
        await asyncio.gather(*(recovery().recover_lost(abandoned=-1) for _ in range(4)))
        operation = await ended(client, encode("Operation", begun.operation_id))
        assert operation["status"] == "COMPLETED", operation
        assert aws.interceptor.counts()["datasync.CreateTask"] == 1
    assert left(aws, LAB) == (1, 2, 2)


async def test_what_is_begun_later_checks_its_name_then(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        store = runtime().store
        begun = await store.operations.begin(recorded())
        await recovery().recover_lost(abandoned=-1)
        operation = await ended(client, encode("Operation", begun.operation_id))
        assert operation["failure"]["message"] == "The group 'g' already has a mover 'one'."
    assert left(aws, LAB) == (1, 2, 2)


async def test_what_the_engine_gave_up_is_undone_and_ends(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        operation_id = await standing(client, aws)
        await DBOS.cancel_workflow_async(operation_id)
        aws.interceptor.clear()
        await recovery().recover_lost(stalled=-1)
        operation = await ended(client, encode("Operation", operation_id))
    assert operation["status"] == "FAILED"
    assert operation["failure"]["message"].startswith(
        "failed to create: An internal error occurred"
    )
    assert left(aws, LAB) == (0, 0, 0)


async def test_what_ends_while_the_engine_is_asked_was_not_lost(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        operation_id = await standing(client, aws)
        workflow: Any = await DBOS.retrieve_workflow_async(operation_id)
        asked = DBOS.list_workflows_async

        async def late(**given: Any) -> Any:
            aws.interceptor.clear()
            await workflow.get_result()
            return await asked(**given)

        monkeypatch.setattr(DBOS, "list_workflows_async", late)
        await recovery().recover_lost(stalled=-1)
        assert (await ended(client, encode("Operation", operation_id)))["status"] == "COMPLETED"
        assert await asked(workflow_ids=[f"{operation_id}-again"]) == []
    assert left(aws, LAB) == (1, 2, 2)


@pytest.mark.parametrize("stored", [b"", b"\x80\x04cos\nsystem\n.", b'{"version": 0}'])
async def test_an_operation_whose_input_is_damaged_fails(
    aws: Sandbox, tmp_path: Path, stored: bytes
) -> None:
    async with serving(tmp_path) as client:
        begun = await runtime().store.operations.begin(recorded(stored=stored))
        await recovery().recover_lost(abandoned=-1)
        operation = await ended(client, encode("Operation", begun.operation_id))
    assert operation["failure"]["message"] == "The stored input of the operation is damaged."


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("CREATE_MOVER", b'{"version": 99, "create": {}}'),
        ("ARCHIVE_MOVER", b'{"version": 99, "update": {}}'),
        ("ARCHIVE_MOVER", b'{"version": 1, "update": {}}'),
        ("ARCHIVE_MOVER", encoded(DeleteInput("arn:t"))),
    ],
)
async def test_an_operation_of_a_newer_release_is_left_alone(
    aws: Sandbox, tmp_path: Path, kind: str, stored: bytes
) -> None:
    async with serving(tmp_path):
        store = runtime().store
        begun = await store.operations.begin(new_operation(kind=kind, input=stored))
        await recovery().recover_lost(abandoned=-1)
        assert (await store.operations.get(begun.operation_id)).ended_at is None
        assert await DBOS.list_workflows_async() == []


async def test_what_an_earlier_release_had_queued_is_restarted(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        operation_id = await standing(client, aws)
        with sqlite3.connect(tmp_path / "store" / "db.sqlite", timeout=20) as database:
            database.execute(
                "UPDATE workflow_status SET status = 'ENQUEUED', application_version = '1'"
            )
        database.close()
        await asyncio.gather(*(recovery().recover_lost(stalled=-1) for _ in range(3)))
        aws.interceptor.clear()
        operation = await ended(client, encode("Operation", operation_id))
        assert operation["status"] == "COMPLETED", operation
        states = await dispatch.statuses(dispatch.Attempts(operation_id).ids)
        assert set(states) == {operation_id, f"{operation_id}-restarted"}
        assert states[operation_id].status == "CANCELLED"
    assert left(aws, LAB) == (1, 2, 2)


async def test_metrics_show_what_waits_and_for_how_long(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path):
        store = runtime().store
        await recovery().measure()
        assert waiting("CREATED") == (0, 0)
        begun = await store.operations.begin(recorded())
        await change_operation(store, begun.operation_id, created_at=store.now() - 1_000)
        await recovery().measure()
        count, oldest = waiting("CREATED")
        assert (count, waiting("RUNNING")) == (1, (0, 0))
        assert oldest >= 1_000
        await store.operations.end(begun.operation_id, None)
        await recovery().measure()
        assert waiting("CREATED") == (0, 0)


def waiting(status: str) -> tuple[float, float]:
    return OPERATIONS.labels(status)._value.get(), OPERATIONS_OLDEST.labels(status)._value.get()
