"""Requests to the engine: workflows by operation, started once and deleted as a whole."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dbos import DBOS, WorkflowHandleAsync
from hypothesis import given
from hypothesis import strategies as st

from graph.operations import dispatch, workflows
from graph.operations.dispatch import Attempts
from graph.operations.runtime import runtime
from graph.sandbox import Sandbox
from tests.operations.crash import left
from tests.world import LAB, furnish, made, serving

UNKNOWN = str(uuid.UUID(int=1))


@given(st.uuids(), st.uuids())
def test_every_workflow_leads_to_its_operation_and_to_no_other(
    one: uuid.UUID, other: uuid.UUID
) -> None:
    ids = Attempts(str(one)).ids
    assert {dispatch.operation_of(each) for each in ids} == {str(one)}
    assert len(set(ids)) == 3
    if one != other:
        assert not set(ids) & set(Attempts(str(other)).ids)


@pytest.fixture
async def ended_create(aws: Sandbox, tmp_path: Path) -> AsyncIterator[str]:
    """The id of a create that has ended on a server that runs."""
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        (workflow,) = await DBOS.list_workflows_async(name="create_mover")
        yield dispatch.operation_of(workflow.workflow_id)


@pytest.mark.parametrize("recheck", [False, True])
async def test_a_workflow_that_was_started_before_is_not_run_again(
    aws: Sandbox, ended_create: str, *, recheck: bool
) -> None:
    before = await dispatch.statuses([ended_create])
    aws.interceptor.forget_calls()
    await dispatch.start_workflow(ended_create, workflows.create_mover, ended_create, recheck)
    handle: WorkflowHandleAsync[str | None] = await DBOS.retrieve_workflow_async(ended_create)
    assert await handle.get_result() is None
    after = await dispatch.statuses([ended_create])
    assert after[ended_create].status == before[ended_create].status == "SUCCESS"
    assert aws.interceptor.calls() == []
    assert left(aws, LAB) == (1, 2, 2)


async def test_only_workflows_that_were_started_have_a_status_and_an_owner(
    ended_create: str,
) -> None:
    known = await dispatch.statuses([*Attempts(ended_create).ids, UNKNOWN])
    assert known.keys() == {ended_create}
    assert await dispatch.statuses([]) == {}
    assert await dispatch.owner_of(ended_create) == runtime().heartbeat.replica
    assert await dispatch.owner_of(UNKNOWN) is None


async def test_ended_workflows_are_nobodys_work(ended_create: str) -> None:
    replica = runtime().heartbeat.replica
    assert await dispatch.owners() == frozenset()
    assert await dispatch.pending_of(replica) == []
    assert await dispatch.resume(replica) == []


async def test_every_attempt_of_an_operation_is_forgotten(ended_create: str) -> None:
    attempts = Attempts(ended_create)
    for again in (attempts.restarted, attempts.final):
        await dispatch.start_workflow(again, workflows.undo_create, ended_create)
        await (await DBOS.retrieve_workflow_async(again)).get_result()
    assert (await dispatch.statuses(attempts.ids)).keys() == set(attempts.ids)
    for none in ([], [UNKNOWN]):
        await dispatch.cancel(none)
        await dispatch.forget(none)
    assert len(await dispatch.statuses(attempts.ids)) == 3
    await dispatch.forget([ended_create, UNKNOWN])
    assert await dispatch.statuses(attempts.ids) == {}
