"""What an assumed role may do, held against the contract of the original server."""

from __future__ import annotations

import json

import pytest

from graph.aws import roles
from graph.aws.client.access import Access, session_policies
from graph.aws.client.gateway import Gateway
from graph.model.resources import Resource
from graph.sandbox import Sandbox
from tests.world import LAB, ORG

FULL, READ = "AWSDataSyncFullAccess", "AWSDataSyncReadOnlyAccess"
TAGS = "ResourceGroupsandTagEditorReadOnlyAccess"


@pytest.mark.parametrize(
    ("access", "managed", "inline"),
    [
        (Access.READ, [READ, TAGS], False),
        (Access.RUN, [FULL, TAGS], False),
        (Access.MANAGE, [FULL, TAGS], True),
        (Access.INSPECT, [TAGS], True),
        (Access.DISCOVER, [], True),
    ],
)
@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_a_session_is_narrowed_to_its_kind_of_work(
    access: Access, managed: list[str], partition: str, *, inline: bool
) -> None:
    narrowed = session_policies(access, partition, "acme")
    arns = [given["arn"] for given in narrowed.get("PolicyArns", [])]
    assert arns == [f"arn:{partition}:iam::aws:policy/{name}" for name in managed]
    assert ("Policy" in narrowed) == inline


def test_managing_reaches_the_roles_of_the_organisation_and_no_others() -> None:
    policy = json.loads(session_policies(Access.MANAGE, "aws", "acme")["Policy"])
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert statement["Resource"] == "arn:aws:iam::*:role/spinup/acme/*"
        assert all(action.startswith("iam:") for action in statement["Action"])
        assert not any("*" in action for action in statement["Action"])
        assert "Condition" not in statement


def test_with_a_boundary_nothing_is_given_to_a_role_that_lacks_it() -> None:
    boundary = f"arn:aws:iam::{LAB}:policy/datasync-boundary"
    given = session_policies(Access.MANAGE, "aws", "acme", boundary)["Policy"]
    conditions = {
        action: statement.get("Condition")
        for statement in json.loads(given)["Statement"]
        for action in statement["Action"]
    }
    wanted = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    assert conditions["iam:CreateRole"] == conditions["iam:PutRolePolicy"] == wanted
    assert {action for action, condition in conditions.items() if condition} == {
        "iam:CreateRole",
        "iam:PutRolePolicy",
    }


def test_inspecting_reads_the_tags_of_buckets_and_nothing_else() -> None:
    policy = json.loads(session_policies(Access.INSPECT, "aws-cn", "acme")["Policy"])
    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": "s3:GetBucketTagging", "Resource": "arn:aws-cn:s3:::*"}
    ]


def test_discovering_reads_and_that_without_the_content_of_objects() -> None:
    (statement,) = json.loads(session_policies(Access.DISCOVER, "aws", "acme")["Policy"])[
        "Statement"
    ]
    assert statement["Effect"] == "Allow"
    for action in statement["Action"]:
        assert action.partition(":")[2].startswith(("Describe", "Get", "List"))
        assert not action.startswith(("s3:GetObject", "secretsmanager:GetSecret", "kms:Get"))


def test_a_session_policy_is_shorter_than_sts_allows() -> None:
    assert len(session_policies(Access.DISCOVER, "aws", "o" * 64)["Policy"]) <= 2_048
    boundary = f"arn:aws-us-gov:iam::{LAB}:policy/{'p' * 128}"
    policy = session_policies(Access.MANAGE, "aws-us-gov", "o" * 64, boundary)["Policy"]
    assert len(policy) <= 2_048


async def test_what_the_server_asks_of_iam_is_allowed_by_its_session_policy(
    aws: Sandbox, gateway: Gateway
) -> None:
    path = roles.role_path(ORG, "g")
    for _ in range(2):
        await roles.ensure_role(gateway.bind(LAB), "r-1", path, Resource("arn:aws:s3:::b"), ())
    await roles.delete_role(gateway.bind(LAB), "r-1")
    await roles.delete_role(gateway.bind(LAB), "r-1")
    policy = json.loads(session_policies(Access.MANAGE, "aws", ORG)["Policy"])
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    used = {f"iam:{call.operation}" for call in aws.interceptor.calls() if call.service == "iam"}
    assert used
    assert used <= allowed
