"""Calls to the engine about workflows: start, resume, cancel, list, forget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from dbos import DBOS, SetWorkflowID, WorkflowStatus

from graph.model.operation import ID_LENGTH

APPLICATION_VERSION: Final = "2"
"""Of the workflows' inputs. A replica runs only workflows of its own. Pinned, as operations in
flight would wait forever if each deployment had a new one. "1" had pickled inputs."""
ENDED: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
_BARE: Final[dict[str, Any]] = {"load_input": False, "load_output": False}


@dataclass(frozen=True, slots=True)
class Attempts:
    """The workflows of one operation: the engine never runs an id twice."""

    operation_id: str

    @property
    def first(self) -> str:
        return self.operation_id

    @property
    def restarted(self) -> str:
        """In place of one whose inputs are of an earlier application version."""
        return f"{self.operation_id}-restarted"

    @property
    def final(self) -> str:
        """After one that the engine has given up: rolls a create back, repeats a delete."""
        return f"{self.operation_id}-again"

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.first, self.restarted, self.final)


def operation_of(workflow_id: str) -> str:
    """The operation whose id the ids of all its workflows begin with."""
    return workflow_id[:ID_LENGTH]


async def start_workflow(
    workflow_id: str, workflow: Callable[..., Coroutine[Any, Any, Any]], *args: object
) -> None:
    """Idempotent: a workflow that was started before stays as it is."""
    with SetWorkflowID(workflow_id):
        await DBOS.start_workflow_async(workflow, *args)


async def statuses(workflow_ids: Collection[str]) -> dict[str, WorkflowStatus]:
    """By id; the workflows that were never started are left out."""
    if not workflow_ids:  # for which the engine would list all that it knows
        return {}
    known = await DBOS.list_workflows_async(workflow_ids=list(workflow_ids), **_BARE)
    return {workflow.workflow_id: workflow for workflow in known}


async def owners() -> frozenset[str]:
    """The replicas that own unfinished work. Expensive: reads all of it."""
    pending = await asyncio.to_thread(DBOS.list_workflows, status="PENDING", **_BARE)
    return frozenset(each.executor_id for each in pending if each.executor_id)


async def owner_of(workflow_id: str) -> str | None:
    """The replica that runs a workflow."""
    # Not by to_thread, which copies the workflow's context: the engine would journal the call as a
    # step, and a replica that does not make it could not replay the journal.
    loop = asyncio.get_running_loop()
    status = await loop.run_in_executor(None, DBOS.get_workflow_status, workflow_id)
    return None if status is None else status.executor_id


async def pending_of(replica: str) -> list[WorkflowStatus]:
    """The workflows that a replica runs, or ran until it died."""
    return await asyncio.to_thread(_pending_of, replica)


async def resume(replica: str) -> list[str]:
    """Resumes the workflows of a dead replica on the others; returns their ids.

    Only for the one caller that has claimed the replica: unlike a restart of the dead replica
    itself, this does not compare owners again. So they are listed immediately before.
    """
    return await asyncio.to_thread(_resume, replica)


async def cancel(workflow_ids: Iterable[str]) -> None:
    """Prevents these workflows from running again. What they have created stays."""
    await DBOS.cancel_workflows_async(list(workflow_ids))


async def forget(operation_ids: Iterable[str]) -> None:
    """Deletes everything that the engine knows of these operations."""
    await DBOS.delete_workflows_async(
        [workflow_id for each in operation_ids for workflow_id in Attempts(each).ids]
    )


def _pending_of(replica: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(status="PENDING", executor_id=replica, **_BARE)


def _resume(replica: str) -> list[str]:
    current = [
        workflow.workflow_id
        for workflow in _pending_of(replica)
        if workflow.app_version == APPLICATION_VERSION
    ]
    if current:
        DBOS.resume_workflows(current)
    return current
