"""Filters and pages of the service's lists."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import client, make_location, make_task, unchecked


def test_lists_have_pages_and_filters(lab: Sandbox) -> None:
    lab.set_pace(tasks=300)
    datasync = client("datasync")
    first = datasync.describe_task(TaskArn=make_task(datasync))
    for index in range(249):
        datasync.create_task(
            SourceLocationArn=first["SourceLocationArn"],
            DestinationLocationArn=first["DestinationLocationArn"],
            Name=f"t{index}",
        )
    pages = list(datasync.get_paginator("list_tasks").paginate())
    assert [len(page["Tasks"]) for page in pages] == [100, 100, 50]
    assert len({task["TaskArn"] for page in pages for task in page["Tasks"]}) == 250
    rule = {"Name": "LocationId", "Operator": "Equals", "Values": [first["SourceLocationArn"]]}
    assert len(datasync.list_tasks(Filters=[rule], MaxResults=7)["Tasks"]) == 7
    early = {"Name": "CreationTime", "Operator": "LessThan", "Values": ["2020-01-01T00:00:00Z"]}
    assert datasync.list_tasks(Filters=[early])["Tasks"] == []
    named = {"Name": "LocationUri", "Operator": "Contains", "Values": ["from-"]}
    assert len(datasync.list_locations(Filters=[named])["Locations"]) == 1
    with pytest.raises(ClientError, match="NextToken is not valid"):
        datasync.list_tasks(NextToken="zzz")


def test_a_moment_that_is_none_is_refused_as_the_service_does(lab: Sandbox) -> None:
    datasync = client("datasync")
    make_location(datasync, "from")
    rule = {"Name": "CreationTime", "Operator": "GreaterThan"}
    found = datasync.list_locations(Filters=[rule | {"Values": ["2020-01-01"]}])
    assert len(found["Locations"]) == 1
    with pytest.raises(ClientError, match="CreationTime x is not valid"):
        datasync.list_locations(Filters=[rule | {"Values": ["x"]}])


def test_pages_have_bounds_and_members_that_must_be_there(lab: Sandbox) -> None:
    datasync = unchecked(client("datasync"))
    with pytest.raises(ClientError, match=r"'101' at 'maxResults' .* less than or equal to 100"):
        datasync.list_tasks(MaxResults=101)
    with pytest.raises(ClientError, match=r"null at 'taskArn' .* must not be null"):
        datasync.describe_task()
    with pytest.raises(ClientError, match="null at 'sourceLocationArn'"):
        datasync.create_task(DestinationLocationArn=make_location(datasync, "to"))
