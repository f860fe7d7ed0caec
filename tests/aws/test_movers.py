"""Movers, joined from the task list and the tagging API."""

from __future__ import annotations

import pytest

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.movers import list_movers, mover_of
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
