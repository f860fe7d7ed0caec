"""Movers, joined from the task list and the tagging API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph.aws import movers
from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.movers import (
    LATE_SECONDS,
    list_group,
    list_movers,
    mover_of,
    observe_movers,
    recent_group,
)
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task
from graph.model.errors import NotFound
from graph.sandbox import Sandbox
from tests.test_call_counts import many
from tests.world import LAB


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
    aws.interceptor.forget_calls()
    for _ in range(2):
        assert [mover.task_arn for mover in await list_movers(gateway.bind(LAB))] == [ours]
    assert aws.interceptor.counts()["datasync.ListTagsForResource"] == 1
    task, tags = await describe_task(gateway, theirs), await tags_of(gateway, theirs)
    with pytest.raises(NotFound):
        mover_of(gateway, task, tags)


def regrouped(tasks: list[Any], group: str) -> list[str]:
    """The ARNs of the tasks, which get another group."""
    for task in tasks:
        task.tags = task.tags | {"spinup:spaceid": group}
    return [task.arn for task in tasks]


def made(*task_arns: str) -> Callable[[], Awaitable[list[str]]]:
    """Tasks that an operation of this deployment has made for the group lately."""

    async def known() -> list[str]:
        return list(task_arns)

    return known


async def test_a_group_is_read_from_its_own_tags(aws: Sandbox, gateway: Gateway) -> None:
    tasks = many(aws, 150)
    others = regrouped(tasks[:120], "other")
    bound = gateway.bind(LAB)
    for group, expected in (("g", tasks[120:]), ("nobody", []), ("G", []), ("g ", [])):
        found = await list_group(bound, group, made(*others[:3]))
        assert [mover.task_arn for mover in found] == [task.arn for task in expected]
        assert {mover.group for mover in found} <= {group}
    counts = aws.interceptor.counts()
    assert counts["resourcegroupstaggingapi.GetResources"] == 4


@pytest.mark.parametrize("group", ["g" * 257, "g\0", "\n", "\x7f", "\ud800", "a\x85b"])
async def test_a_name_that_no_group_can_have_costs_nothing(
    aws: Sandbox, gateway: Gateway, group: str
) -> None:
    many(aws, 1)
    assert await list_group(gateway.bind(LAB), group, made()) == []
    assert not aws.interceptor.counts()


@pytest.mark.parametrize("group", ["g" * 256, "Biología", "生物", "a b", "+-=._:/@"])
async def test_a_group_may_have_any_name_that_a_tag_may_have(
    aws: Sandbox, gateway: Gateway, group: str
) -> None:
    (arn,) = regrouped(many(aws, 1), group)
    (mover,) = await list_group(gateway.bind(LAB), group, made())
    assert (mover.task_arn, mover.group) == (arn, group)


async def test_a_new_mover_is_in_its_group_before_the_tagging_api_knows_it(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = many(aws, 6)
    aws.set_pace(tagging_lag=3_600)
    (moved,), (gone,) = regrouped(tasks[1:2], "other"), [tasks[2].arn]
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    datasync_backends[LAB]["us-east-1"].delete_task(gone)
    lately = made(tasks[0].arn, moved, gone)
    found = await list_group(gateway.bind(LAB), "g", lately)
    assert [mover.task_arn for mover in found] == [tasks[0].arn]
    assert aws.interceptor.counts()["datasync.ListTagsForResource"] == 2
    aws.set_pace(tagging_lag=0)
    aws.interceptor.forget_calls()
    found = await list_group(gateway.bind(LAB), "g", lately)
    assert len(found) == 4
    assert aws.interceptor.counts()["datasync.ListTagsForResource"] == 1  # the one that has moved


async def test_tasks_that_have_been_known_for_long_are_not_looked_for_among_the_new(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = 1_000.0, 0

    async def lately() -> list[str]:
        nonlocal asked
        asked += 1
        return []

    monkeypatch.setattr(movers, "_now", lambda: now)
    tasks = regrouped(many(aws, 3), "other")
    bound = gateway.bind(LAB)
    for wait, expected in ((0.0, 1), (LATE_SECONDS - 1, 2), (2.0, 2), (LATE_SECONDS, 2)):
        now += wait
        await list_group(bound, "g", lately)
        assert asked == expected
    del gateway.caches.first_seen[tasks[1]]  # a new one, or one that was evicted
    await list_group(bound, "g", lately)
    assert asked == 3


async def test_a_snapshot_of_the_account_serves_its_groups_until_something_is_changed(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = many(aws, 5)
    regrouped(tasks[:2], "other")
    bound = gateway.bind(LAB)
    for whole in (True, False):
        await (list_movers(bound) if whole else list_group(bound, "g", made()))
        aws.interceptor.forget_calls()
        assert len(await list_group(bound, "g", made(), snapshot=True)) == 3
        assert not aws.interceptor.counts()
        assert recent_group(bound, "g")
        assert not recent_group(bound, "nobody")
        gateway.caches.note_change(LAB, "us-east-1")
        assert not recent_group(bound, "g")
        assert len(await list_group(bound, "g", made(), snapshot=True)) == 3
        assert aws.interceptor.counts()["datasync.ListTasks"] == 1
        gateway.caches.note_change(LAB, "us-east-1")


async def test_tags_that_are_known_are_not_read_again_until_a_task_is_new(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = many(aws, 3)
    regrouped(tasks[:1], "other")
    bound = gateway.bind(LAB)
    movers, tags = await observe_movers(bound, None)
    assert sorted(str(mover.group) for mover in movers) == ["g", "g", "other"]
    aws.interceptor.forget_calls()
    assert (await observe_movers(bound, tags))[0] == movers
    assert aws.interceptor.counts() == {"datasync.ListTasks": 1}
    less = {arn: has for arn, has in tags.items() if arn != tasks[1].arn}
    again, known = await observe_movers(bound, less)
    assert (again, known) == (movers, tags)
    assert aws.interceptor.counts()["resourcegroupstaggingapi.GetResources"] == 1
    gone = {**tags, f"{tasks[0].arn[:-3]}abc": ()}
    assert (await observe_movers(bound, gone)) == (movers, tags)
