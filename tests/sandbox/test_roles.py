"""Whom the sandbox lets in: roles, trust, sessions and accounts."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests import leftover
from tests.sandbox.lab import LAB, OTHER, client, make_location, make_task, start


def test_accounts_are_apart_and_a_role_must_trust(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    make_task(client("datasync"))
    assert client("datasync", OTHER).list_tasks()["Tasks"] == []
    lab.role("444444444444", "management", external_id="another")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "444444444444")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "555555555555")


def test_a_role_may_require_tags_of_the_session(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/server"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"aws:RequestTag/spinup:org": "acme"}},
    }
    arn = client("iam", OTHER).create_role(
        RoleName="tagged",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Role"]["Arn"]
    with closing(boto3.client("sts", region_name="us-east-1")) as sts:
        right = [{"Key": "a", "Value": "b"}, {"Key": "spinup:org", "Value": "acme"}]
        sts.assume_role(RoleArn=arn, RoleSessionName="one", Tags=right)
        for tags in ([], [{"Key": "spinup:org", "Value": "other"}]):
            with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
                sts.assume_role(RoleArn=arn, RoleSessionName="one", Tags=tags)


def test_what_was_assumed_is_told_whatever_the_account(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    client("datasync")
    client("datasync", OTHER)
    granted = [(role.role_arn, role.external_id) for role in lab.assumed()]
    assert granted == [
        (f"arn:aws:iam::{account}:role/management", "x-1") for account in (LAB, OTHER)
    ]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("datasync", "list_tasks", "ExpiredTokenException"),
        ("resourcegroupstaggingapi", "get_resources", "ExpiredTokenException"),
        ("iam", "list_roles", "ExpiredToken"),
        ("s3", "list_buckets", "ExpiredToken"),
    ],
)
def test_a_session_that_is_over_is_refused_as_the_service_words_it(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    getattr(called, operation)()
    lab.end_sessions()
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code


def test_a_session_does_not_outlive_a_reset(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.reset()
    with pytest.raises(ClientError, match="security token included in the request is expired"):
        datasync.list_tasks()


def put(iam: Any, action: str, resource: str, effect: str = "Allow", name: str = "access") -> None:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="reads-from", PolicyName=name, PolicyDocument=policy)


@pytest.mark.parametrize(
    ("action", "resource", "enough"),
    [
        ("s3:ListBucket", f"arn:aws:s3:::from-{LAB}", True),
        ("s3:list*", "arn:aws:s3:::from-*", True),
        ("*", "*", True),
        ("s3:GetObject", f"arn:aws:s3:::from-{LAB}", False),
        ("s3:*", f"arn:aws:s3:::from-{LAB}0", False),
        ("s3:*", f"arn:aws:s3:::from-{LAB}/*", False),
    ],
)
def test_a_location_needs_a_role_that_may_list_its_bucket(
    lab: Sandbox, action: str, resource: str, *, enough: bool
) -> None:
    put(client("iam"), action, resource)
    datasync = client("datasync")
    if enough:
        assert make_location(datasync, "from")
    else:
        with pytest.raises(ClientError, match="access test failed: could not perform s3:List"):
            make_location(datasync, "from")


def test_what_a_policy_denies_no_other_allows(lab: Sandbox) -> None:
    put(client("iam"), "s3:*", "*", effect="Deny", name="no")
    with pytest.raises(ClientError, match="access test failed"):
        make_location(client("datasync"), "from")


def test_a_role_that_is_lost_after_its_location_was_made_ends_the_run(lab: Sandbox) -> None:
    datasync, iam = client("datasync"), client("iam")
    task = make_task(datasync)
    _, denied = start(datasync, task)
    put(iam, "s3:GetObject", "*")
    lab.turn(60)
    assert denied()["Result"]["ErrorCode"] == "SrcLocHitAccess"
    iam.update_assume_role_policy(RoleName="reads-from", PolicyDocument=trust("ec2.amazonaws.com"))
    _, untrusted = start(datasync, task)
    lab.turn(60)
    assert "Unable to assume role" in untrusted()["Result"]["ErrorDetail"]


def trust(service: str, action: str = "sts:AssumeRole") -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": {"Service": service}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_trust_is_for_assuming_the_role(lab: Sandbox) -> None:
    document = trust("datasync.amazonaws.com", "sts:TagSession")
    client("iam").update_assume_role_policy(RoleName="reads-from", PolicyDocument=document)
    with pytest.raises(ClientError, match="Unable to assume role"):
        make_location(client("datasync"), "from")


def test_roles_may_be_made_while_they_are_walked_through(aws: Sandbox) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    leftover.role("first")
    for role in iam_backends[LAB]["aws"].get_roles():
        leftover.role(f"beside-{role.name}")
    assert {arn.rpartition("/")[2] for arn in leftover.there(aws)} == {"first", "beside-first"}


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
