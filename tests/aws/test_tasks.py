"""Tasks: listed, described, found again by their marks, and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.task_updates import settings_of
from graph.aws.tasks import (
    create_task,
    delete_task,
    describe_task,
    ends_of,
    list_tasks,
    made_tasks,
    mode_of,
    patterns,
    tasks_using,
)
from graph.model.errors import Conflict, NotFound
from graph.model.mover import OPERATION_TAG, Tag
from graph.model.task_settings import NO_SETTINGS
from graph.sandbox import Sandbox
from tests import leftover
from tests.test_call_counts import many
from tests.world import LAB

GONE = f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (None, ()),
        ([], ()),
        ([{"FilterType": "SIMPLE_PATTERN"}], ()),
        ([{"Value": None}], ()),
        ([{"Value": ""}], ()),
        ([{"Value": "/a"}], ("/a",)),
        ([{"Value": "/a|/b c|*.tmp"}], ("/a", "/b c", "*.tmp")),
        ([{"Value": "|/a||"}], ("/a",)),
    ],
)
def test_a_filter_is_its_patterns(
    rules: list[dict[str, Any]] | None, expected: tuple[str, ...]
) -> None:
    assert patterns(rules) == expected


@pytest.mark.parametrize(
    ("answer", "mode"),
    [({}, "BASIC"), ({"TaskMode": None}, "BASIC"), ({"TaskMode": "ENHANCED"}, "ENHANCED")],
)
def test_a_task_of_unknown_mode_is_basic(answer: dict[str, Any], mode: str) -> None:
    assert mode_of(answer) == mode


async def test_a_created_task_is_listed_described_and_found_by_its_marks(
    aws: Sandbox, gateway: Gateway
) -> None:
    (other,) = many(aws, 1)
    aws.set_pace(tasks=10)
    account, marks = gateway.bind(LAB), {OPERATION_TAG: "op-1"}
    ends = (other.source.arn, other.destination.arn)
    mark = [Tag(OPERATION_TAG, "op-1")]
    made = await create_task(account, other.name, ends, mark, settings_of(NO_SETTINGS))
    assert {task.task_arn for task in await list_tasks(account)} == {other.arn, made}
    task = await describe_task(gateway, made)
    assert (task.name, task.source_arn, task.destination_arn) == (other.name, *ends)
    assert (task.latest_run_arn, task.schedule, task.includes) == (None, None, ())
    assert task.options["VerifyMode"] == "ONLY_FILES_TRANSFERRED"
    assert await made_tasks(account, other.name, marks) == [made]
    assert await made_tasks(account, "another", marks) == []
    assert await made_tasks(account, other.name, {OPERATION_TAG: "op-2"}) == []


async def test_the_ends_of_a_task_are_asked_for_once(aws: Sandbox, gateway: Gateway) -> None:
    (task,) = many(aws, 1)
    for _ in range(3):
        assert await ends_of(gateway, task.arn) == (task.source.arn, task.destination.arn)
    assert aws.interceptor.counts()["datasync.DescribeTask"] == 1
    with pytest.raises(NotFound):
        await ends_of(gateway, GONE)


async def test_a_location_is_used_by_the_tasks_on_either_side_of_it(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = many(aws, 3)
    unused = leftover.location(f"arn:aws:iam::{LAB}:role/from")
    for end in (tasks[0].source.arn, tasks[0].destination.arn):
        assert set(await tasks_using(gateway, end)) == {task.arn for task in tasks}
    assert await tasks_using(gateway, unused) == []


async def test_a_task_is_deleted_once_no_run_is_active_and_may_be_gone_already(
    aws: Sandbox, gateway: Gateway
) -> None:
    (task,) = many(aws, 1)
    aws.turn(0)
    aws.set_pace(launch=1_000)
    await gateway.bind(LAB).call("datasync", Access.RUN, "start_task_execution", TaskArn=task.arn)
    with pytest.raises(Conflict):
        await delete_task(gateway, task.arn)
    assert [entry.task_arn for entry in await list_tasks(gateway.bind(LAB))] == [task.arn]
    aws.turn(5_000)
    for _ in range(2):
        await delete_task(gateway, task.arn)
    assert await list_tasks(gateway.bind(LAB)) == []
    with pytest.raises(NotFound):
        await describe_task(gateway, task.arn)
