"""The management role of both templates: what the server asks for, and not more."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import hcl2
import pytest
from cfnlint.api import lint_file
from cfnlint.decode import decode

from graph.aws import roles
from graph.aws.client import access
from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.model.errors import NotFound
from graph.sandbox import Sandbox
from graph.sandbox.policies import trusts
from tests.chaos.operator import deploy_role
from tests.world import LAB, ORG, ROLE

ROOT: Final = Path(__file__).parents[2]
CLOUDFORMATION: Final = ROOT / "deploy/aws/management-role.yaml"
TERRAFORM: Final = ROOT / "deploy/aws/terraform/main.tf"
SERVICES: Final = "iam|s3|kms|sts|ec2|elasticfilesystem|fsx|logs|secretsmanager"
ACTION: Final = re.compile(rf'"?\b((?:{SERVICES}):[A-Z][A-Za-z]+\*?)"?')
CONDITIONS: Final = {"sts:ExternalId", "iam:PermissionsBoundary", "iam:PassedToService"}


def resources() -> dict[str, Any]:
    template, problems = decode(str(CLOUDFORMATION))
    assert problems == []
    assert template is not None
    found: dict[str, Any] = template["Resources"]
    return found


def statements(resource: str) -> dict[str, Any]:
    """By their ids."""
    listed = resources()[resource]["Properties"]["PolicyDocument"]["Statement"]
    return {each.get("Sid", ""): each for each in listed}


def actions(statement: dict[str, Any]) -> set[str]:
    given = statement["Action"]
    return {given} if isinstance(given, str) else set(given)


def test_the_template_has_no_problems() -> None:
    assert lint_file(CLOUDFORMATION) == []


def test_the_server_is_allowed_what_its_sessions_are_narrowed_to() -> None:
    given = statements("Roles")
    allowed = {a for each in given.values() if each["Effect"] == "Allow" for a in actions(each)}
    assert allowed == {f"iam:{name}" for name in (*access._GRANTING, *access._OTHER)}
    path = f"role{access.roles_path('${Organisation}')}*"
    for each in given.values():
        if each["Effect"] == "Allow":
            assert each["Resource"]["Fn::Sub"].endswith(f":{path}")
    managed = resources()["ManagementRole"]["Properties"]["ManagedPolicyArns"]
    assert {arn["Fn::Sub"].rpartition("/")[2] for arn in managed} == {
        name for name in Access.MANAGE.value if name != "iam"
    }


def test_roles_get_permissions_within_the_boundary_only() -> None:
    given = statements("Roles")
    granting = given["GrantWithinTheBoundary"]
    assert actions(granting) == {f"iam:{name}" for name in access._GRANTING}
    assert granting["Condition"]["StringEquals"]["iam:PermissionsBoundary"] == {"Ref": "Boundary"}
    assert given["KeepTheBoundary"]["Effect"] == "Deny"


def test_the_boundary_covers_what_the_server_grants() -> None:
    covered = actions(statements("Boundary")["Objects"])
    for name in (*roles._ON_BUCKET, *roles._ON_OBJECTS):
        assert any(fnmatch.fnmatchcase(f"s3:{name}", each) for each in covered), name


def test_the_tags_of_buckets_are_read_only_where_they_are_checked() -> None:
    role = resources()["TagsOfBuckets"]
    assert role["Condition"] == "ReadsTagsOfBuckets"
    (statement,) = role["Properties"]["PolicyDocument"]["Statement"]
    (narrowed,) = access._bucket_tags("aws")["Statement"]
    assert statement["Action"] == narrowed["Action"]


def test_what_is_discovered_is_exactly_what_the_session_is_narrowed_to() -> None:
    role = resources()["Surroundings"]
    assert role["Condition"] == "Discovers"
    (statement,) = role["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == sorted(access.DISCOVERED)
    assert not any("*" in action for action in access.DISCOVERED)
    reading = ("Describe", "Get", "List")
    assert all(action.partition(":")[2].startswith(reading) for action in access.DISCOVERED)


def test_the_server_alone_is_trusted_with_the_external_id_and_its_tag() -> None:
    document = resources()["ManagementRole"]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = document["Statement"]
    assert actions(statement) == {"sts:AssumeRole", "sts:TagSession"}
    assert statement["Principal"] == {"AWS": {"Ref": "ServerPrincipalArn"}}
    assert statement["Condition"] == {
        "StringEquals": {
            "sts:ExternalId": {"Ref": "ExternalId"},
            "aws:RequestTag/spinup:org": {"Ref": "Organisation"},
        }
    }
    assert not trusts(str(document).replace("'", '"'), "AWS", "222222222222")


@pytest.mark.filterwarnings("ignore:Tried to parse AWS..IAM..RolePolicy:UserWarning")
@pytest.mark.parametrize(("given", "accepted"), [("x-1", {"x-1"}), ("x-1,x-2", {"x-1", "x-2"})])
async def test_a_role_accepts_the_external_ids_that_it_is_given(
    aws: Sandbox, given: str, accepted: set[str]
) -> None:
    deploy_role(aws, LAB, given)
    found = set()
    for each in ("x-1", "x-2", "x-3", given):
        clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id=each)
        async with Gateway(clients, org=ORG) as gateway:
            with suppress(NotFound):
                await gateway.bind(LAB).call("datasync", Access.READ, "list_tasks")
                found.add(each)
    assert found == accepted


def test_the_terraform_module_is_readable_and_has_the_same_content() -> None:
    module = hcl2.loads(TERRAFORM.read_text())
    kinds = [name.strip('"') for each in module["resource"] for name in each]
    assert kinds.count("aws_iam_role_policy") == 3
    texts = [CLOUDFORMATION.read_text(), TERRAFORM.read_text()]
    found = [set(ACTION.findall(text)) - CONDITIONS for text in texts]
    assert found[0] == found[1]
    assert len(found[0]) > 25
    sids = [sorted(re.findall(r"Sid:? *=? *\"?(\w+)", text)) for text in texts]
    assert sids[0] == sids[1]
    for policy in managed_policies():
        assert policy in texts[1]


def managed_policies() -> Iterator[str]:
    for arn in resources()["ManagementRole"]["Properties"]["ManagedPolicyArns"]:
        yield arn["Fn::Sub"].rpartition("/")[2]
