"""Tasks, locations, runs and tags, read through the gateway."""

from __future__ import annotations

from typing import Any

import pytest
from moto.datasync.models import datasync_backends

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.executions import describe_run, list_runs, start_run
from graph.aws.latest_executions import latest_runs, runs_newest_first
from graph.aws.locations import describe_location, list_locations
from graph.aws.movers import list_movers, mover_of
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task
from graph.locations import KINDS, kind_of
from graph.model.errors import Invalid, NotFound
from graph.sandbox import Sandbox
from tests.sandbox.lab import LOCATIONS
from tests.test_call_counts import many
from tests.world import LAB


async def location(gateway: Gateway, kind: str) -> str:
    operation = f"create_location_{KINDS[kind].operation}"
    made = await gateway.bind(LAB).call("datasync", Access.MANAGE, operation, **LOCATIONS[kind])
    return str(made["LocationArn"])


@pytest.mark.parametrize("kind", sorted(LOCATIONS))
async def test_a_location_of_any_kind_is_described_by_its_arn_alone(
    aws: Sandbox, gateway: Gateway, kind: str
) -> None:
    arn = await location(gateway, kind)
    aws.border.forget_calls()
    shown = await describe_location(gateway, arn)
    assert shown is not None
    assert (shown.kind, kind_of(shown.uri)) == (kind, kind)
    assert "hidden" not in str(shown.described)
    assert sum(aws.border.counts().values()) <= 4  # AssumeRole, S3 in vain, the list, its own
    aws.border.forget_calls()
    await describe_location(gateway, arn)
    assert sum(aws.border.counts().values()) == 1


async def test_a_location_that_is_gone_is_none_whether_its_kind_is_known_or_not(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn = await location(gateway, "NFS")
    await describe_location(gateway, arn)
    await gateway.bind(LAB).call("datasync", Access.MANAGE, "delete_location", LocationArn=arn)
    assert await describe_location(gateway, arn) is None
    gateway.caches.location_kinds.pop(arn)
    assert await describe_location(gateway, arn) is None


async def test_a_kind_that_is_new_to_the_server_is_shown_by_its_scheme(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn = await location(gateway, "NFS")
    made: Any = datasync_backends[LAB]["us-east-1"].locations[arn]
    type(made).uri, before = property(lambda _: "tape-robot://x/"), type(made).uri
    try:
        shown = await describe_location(gateway, arn)
        assert await list_locations(gateway.bind(LAB)) == {arn: "tape-robot://x/"}
    finally:
        type(made).uri = before
    assert shown is not None
    assert (shown.kind, shown.uri, shown.described) == ("TAPE_ROBOT", "tape-robot://x/", {})


async def test_runs_are_listed_described_and_remembered_once_they_have_ended(
    aws: Sandbox, gateway: Gateway
) -> None:
    (task,) = many(aws, 1)
    aws.turn(0)
    runs = []
    for _ in range(3):
        runs.append(await start_run(gateway, task.arn))
        aws.turn(100)
    assert [ref.run_arn for ref in await list_runs(gateway, task.arn)] == runs
    assert [ref.run_arn for ref in await runs_newest_first(gateway, task.arn)] == runs[::-1]
    assert (await describe_task(gateway, task.arn)).latest_run_arn == runs[-1]
    run = await describe_run(gateway, runs[0])
    assert run.ended
    aws.border.forget_calls()
    assert await describe_run(gateway, runs[0]) == run
    assert aws.border.counts() == {}


async def test_the_last_runs_of_many_movers_come_from_one_list(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = [task.arn for task in many(aws, 4)]
    aws.turn(0)
    last: dict[str, str | None] = dict.fromkeys(tasks)
    for task in (tasks[0], tasks[1], tasks[0]):
        last[task] = await start_run(gateway, task)
        aws.turn(100)
    aws.border.forget_calls()
    assert await latest_runs(gateway.bind(LAB), tasks) == last
    assert aws.border.counts()["datasync.ListTaskExecutions"] == 1
    assert await latest_runs(gateway.bind(LAB), [tasks[0]]) == {tasks[0]: last[tasks[0]]}
    gone = tasks[0][:-17] + "0" * 17
    assert await latest_runs(gateway.bind(LAB), [gone]) == {gone: None}


async def test_a_task_of_others_is_no_mover_and_is_asked_for_its_tags_once(
    aws: Sandbox, gateway: Gateway
) -> None:
    ours, theirs = (task.arn for task in many(aws, 2))
    await gateway.bind(LAB).call(
        "datasync",
        Access.MANAGE,
        "untag_resource",
        ResourceArn=theirs,
        Keys=["spinup:org"],
    )
    aws.border.forget_calls()
    for _ in range(2):
        assert [mover.task_arn for mover in await list_movers(gateway.bind(LAB))] == [ours]
    assert aws.border.counts()["datasync.ListTagsForResource"] == 1
    task, tags = await describe_task(gateway, theirs), await tags_of(gateway, theirs)
    with pytest.raises(NotFound):
        mover_of(gateway, task, tags)


async def test_what_is_no_arn_of_aws_is_invalid_before_any_call(
    aws: Sandbox, gateway: Gateway
) -> None:
    for call in (describe_run, describe_task, tags_of, list_runs):
        with pytest.raises(Invalid, match="is not a valid ARN"):
            await call(gateway, "arn:nonsense")
    assert aws.border.counts() == {}
