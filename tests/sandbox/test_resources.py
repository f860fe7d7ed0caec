"""The sandbox's locations and tasks: made, listed, and kept where they are needed."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from graph.sandbox.datasync.kinds import KINDS
from tests.sandbox.lab import LAB, LOCATIONS, client, fill, make_location, make_task, start


def test_every_kind_of_location_is_created_described_and_listed(lab: Sandbox) -> None:
    datasync = client("datasync")
    made = {"S3": make_location(datasync, "from")}
    for kind, params in LOCATIONS.items():
        create = getattr(datasync, f"create_location_{KINDS[kind].action}")
        made[kind] = create(**params)["LocationArn"]
    assert made.keys() == KINDS.keys()
    listed = {x["LocationArn"]: x["LocationUri"] for x in datasync.list_locations()["Locations"]}
    for kind, arn in made.items():
        described = getattr(datasync, f"describe_location_{KINDS[kind].action}")(LocationArn=arn)
        assert described["LocationUri"] == listed[arn]
        assert listed[arn].startswith(KINDS[kind].scheme + "://")
        assert "hidden" not in str(described)
        assert arn.split(":")[4] == LAB


def test_a_new_role_is_unknown_until_it_has_propagated(lab: Sandbox) -> None:
    lab.set_pace(propagation=10)
    iam, datasync = client("iam"), client("datasync")
    trust = (
        '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
        '"Principal":{"Service":"datasync.amazonaws.com"}}]}'
    )
    role = iam.create_role(Path="/spinup/org/g/", RoleName="fresh", AssumeRolePolicyDocument=trust)[
        "Role"
    ]["Arn"]
    params = {
        "S3BucketArn": f"arn:aws:s3:::from-{LAB}",
        "S3Config": {"BucketAccessRoleArn": role},
    }
    lab.turn(11)
    with pytest.raises(ClientError, match="access test failed"):
        datasync.create_location_s3(**params)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",'
        f'"Resource":"arn:aws:s3:::from-{LAB}"}}]}}'
    )
    iam.put_role_policy(RoleName="fresh", PolicyName="p", PolicyDocument=policy)
    with pytest.raises(ClientError, match="Unable to assume role"):
        datasync.create_location_s3(**params)
    lab.turn(11)
    assert datasync.create_location_s3(**params)["LocationArn"]


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


def test_the_quota_of_tasks_is_an_error(lab: Sandbox) -> None:
    lab.set_pace(tasks=0)
    with pytest.raises(ClientError, match="exceeded the limit of 0 tasks"):
        make_task(client("datasync"))


def test_what_is_in_use_stays(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    task = make_task(datasync)
    with pytest.raises(ClientError, match="is in use"):
        datasync.delete_location(
            LocationArn=datasync.describe_task(TaskArn=task)["SourceLocationArn"]
        )
    start(datasync, task)
    with pytest.raises(ClientError, match="in progress"):
        datasync.delete_task(TaskArn=task)


def test_a_moment_that_is_none_is_refused_as_the_service_does(lab: Sandbox) -> None:
    datasync = client("datasync")
    make_location(datasync, "from")
    rule = {"Name": "CreationTime", "Operator": "GreaterThan"}
    found = datasync.list_locations(Filters=[rule | {"Values": ["2020-01-01"]}])
    assert len(found["Locations"]) == 1
    with pytest.raises(ClientError, match="CreationTime x is not valid"):
        datasync.list_locations(Filters=[rule | {"Values": ["x"]}])
