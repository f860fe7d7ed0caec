"""Tags, by DataSync and by the tagging API, which lags."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, make_task


def test_the_tagging_api_lags_and_shows_ghosts(lab: Sandbox) -> None:
    lab.set_pace(tagging_lag=60, ghosts=300)
    datasync, tagging = client("datasync"), client("resourcegroupstaggingapi")
    task = make_task(datasync, Tags=[{"Key": "team", "Value": "blue"}])

    def found() -> list[str]:
        answer = tagging.get_resources(
            ResourceTypeFilters=["datasync:task"],
            TagFilters=[{"Key": "team", "Values": ["blue"]}],
        )
        return [item["ResourceARN"] for item in answer["ResourceTagMappingList"]]

    assert found() == []
    lab.turn(61)
    assert found() == [task]
    datasync.delete_task(TaskArn=task)
    assert found() == [task]
    lab.turn(301)
    assert found() == []


def test_a_new_tag_is_late_and_the_old_ones_stay(lab: Sandbox) -> None:
    datasync, tagging = client("datasync"), client("resourcegroupstaggingapi")
    task = make_task(datasync, Tags=[{"Key": "team", "Value": "blue"}])

    def tags() -> dict[str, str]:
        answer = tagging.get_resources(ResourceTypeFilters=["datasync:task"])
        found = {x["ResourceARN"]: x["Tags"] for x in answer["ResourceTagMappingList"]}
        return {tag["Key"]: tag["Value"] for tag in found.get(task, [])}

    lab.set_pace(tagging_lag=60)
    lab.turn(100)
    datasync.tag_resource(ResourceArn=task, Tags=[{"Key": "team", "Value": "red"}])
    lab.turn(30)
    datasync.untag_resource(ResourceArn=task, Keys=["team"])
    assert tags() == {"team": "blue"}
    lab.turn(31)
    assert tags() == {"team": "red"}
    lab.turn(30)
    assert tags() == {}


def test_the_tags_of_a_resource_come_in_pages(lab: Sandbox) -> None:
    datasync = client("datasync")
    tags = [{"Key": f"k{index}", "Value": "v"} for index in range(50)]
    task = make_task(datasync, Tags=tags)
    pages = datasync.get_paginator("list_tags_for_resource").paginate(
        ResourceArn=task, PaginationConfig={"PageSize": 20}
    )
    assert [len(page["Tags"]) for page in pages] == [20, 20, 10]
    with pytest.raises(ClientError, match="at most 50 tags"):
        datasync.tag_resource(ResourceArn=task, Tags=[{"Key": "one-more", "Value": "v"}])


def test_tags_of_what_is_not_there_are_refused(lab: Sandbox) -> None:
    datasync = client("datasync")
    gone = f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}"
    for call, params in (
        ("list_tags_for_resource", {}),
        ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
        ("untag_resource", {"Keys": ["k"]}),
    ):
        with pytest.raises(ClientError, match="is not found"):
            getattr(datasync, call)(ResourceArn=gone, **params)
