"""Deletes that the state of things in AWS does not allow: a conflict, told as such."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.model.errors import AlreadyRunning, ApiError, Conflict
from graph.sandbox import Fault, Sandbox
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from tests.operations.by_hand import backend
from tests.operations.crash import left
from tests.operations.stories import DELETE, NONE, PATH, WHOLE
from tests.operations.test_cancelling_deletes import deletion
from tests.runs.lab import Lab, describing, opened
from tests.world import LAB, ask, ended, furnish, made, serving

FAILURE = "query($id: ID!) { operation(id: $id) { status failure { message code step } } }"


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened(aws, tmp_path) as lab:
        await lab.turn(0)
        yield lab


def start_by_hand(runs: int) -> None:
    """The first executes, the others are queued."""
    (task,) = backend().tasks.values()
    for _ in range(runs):
        backend().start_task_execution({"TaskArn": task.arn})


@pytest.mark.parametrize("runs", [1, 2])
async def test_a_rest_delete_that_a_start_overtakes_is_a_conflict(
    aws: Sandbox, tmp_path: Path, runs: int
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        aws.set_pace(launch=1_000)
        aws.interceptor.add(Fault("DeleteTask", "gate"))
        deleting = asyncio.create_task(client.delete(PATH))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        start_by_hand(runs)
        aws.interceptor.clear()
        refused = await deleting
        assert (refused.status_code, refused.text) == (
            409,
            "The mover has an active run. Stop it first.",
        )
        assert refused.headers["X-Flywheel-Task"]
        assert left(aws, LAB) == WHOLE
        await asyncio.to_thread(aws.settle)
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == NONE


async def test_a_delete_over_graphql_that_a_start_overtakes_fails_with_the_code_of_a_conflict(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        aws.set_pace(launch=1_000)
        aws.interceptor.add(Fault("DeleteTask", "gate"))
        operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        start_by_hand(1)
        aws.interceptor.clear()
        assert await ended(client, operation["id"], FAILURE) == {
            "status": "FAILED",
            "failure": {
                "code": "ALREADY_RUNNING",
                "step": "TASK",
                "message": "failed to delete: The mover has an active run. Stop it first, or have "
                "the delete cancel it.",
            },
        }


@pytest.mark.parametrize(
    "text",
    [
        "Task task-1 has an execution in progress.",
        "Task is currently running.",
        "The task cannot be deleted.",
        "You cannot delete this.",
    ],
)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("RUNNING", (AlreadyRunning, "The mover has an active run")),
        ("QUEUED", (AlreadyRunning, "The mover has an active run")),
        ("CREATING", (Conflict, "its task is CREATING")),
        ("MIGRATING", (Conflict, "its task is MIGRATING")),
        ("AVAILABLE", (Conflict, None)),
    ],
)
async def test_a_delete_that_aws_refuses_is_explained_by_the_state_of_the_task(
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    status: str,
    expected: tuple[type[ApiError], str | None],
) -> None:
    def refuse(_backend: DataSyncBackend, _arn: str) -> None:
        raise InvalidRequestException(text)

    monkeypatch.setattr(DataSyncBackend, "delete_task", refuse)
    describing(monkeypatch, lambda task: task.update(Status=status))
    with pytest.raises(Conflict) as caught:
        await deletion(lab).delete_task(None)
    raised, said = expected
    assert type(caught.value) is raised
    assert (said or text) in caught.value.message


async def test_a_location_that_another_task_takes_into_use_meanwhile_stays(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        (task,) = backend().tasks.values()
        source = task.source.arn
        aws.interceptor.add(Fault("DeleteLocation", "gate"))
        deleting = asyncio.create_task(client.delete(PATH))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        backend().create_task(
            {"SourceLocationArn": source, "DestinationLocationArn": source, "Name": "other"}
        )
        aws.interceptor.clear()
        answer = await deleting
        assert answer.status_code == 204, answer.text
    assert list(backend().locations) == [source]
    assert left(aws, LAB) == (1, 1, 1)


async def test_a_role_in_use_is_named_in_the_answer_to_a_rest_delete(
    aws: Sandbox, tmp_path: Path
) -> None:
    iam = _iam()
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        role = next(each for each in iam.roles.values() if each.name.startswith("one-source-"))
        iam.create_instance_profile("p-1", "/", [])
        iam.add_role_to_instance_profile("p-1", role.name)
        for _ in range(2):
            refused = await client.delete(PATH)
            assert refused.status_code == 409
            assert f"The role {role.name} is in the instance profile p-1" in refused.text
            assert refused.headers["X-Flywheel-Task"]
            assert left(aws, LAB) == (0, 0, 1)
        iam.remove_role_from_instance_profile("p-1", role.name)
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == NONE


def _iam() -> Any:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    return iam_backends[LAB]["aws"]
