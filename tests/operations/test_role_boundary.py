"""Every role that the server creates has the configured permissions boundary."""

from __future__ import annotations

import json
from pathlib import Path

from moto.iam.models import iam_backends

from graph.sandbox import Sandbox
from graph.sandbox.roles import role_allows
from tests.operations.crash import left
from tests.world import CREATE, LAB, OTHER, ask, ended, furnish, made, new_mover, serving

BOUNDARY = "arn:aws:iam::{account}:policy/datasync-boundary"


def create_boundary(account: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam_backends[account]["aws"].create_policy("", "/", document, "datasync-boundary", [])


async def test_roles_are_created_with_the_boundary_of_their_account(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in (LAB, OTHER):
        furnish(aws, account, a=b"1")
        create_boundary(account, "s3:*")
    async with serving(tmp_path, role_boundary=BOUNDARY) as client:
        for account in (LAB, OTHER):
            await made(client, account=account)
    for account in (LAB, OTHER):
        roles = list(iam_backends[account]["aws"].roles.values())
        created = [role for role in roles if role.path.startswith("/spinup/")]
        wanted = {BOUNDARY.format(account=account)}
        assert {role.permissions_boundary_arn for role in created} == wanted
        assert len(created) == 2


def test_a_role_may_do_what_both_its_policies_and_its_boundary_allow(aws: Sandbox) -> None:
    create_boundary(LAB, "s3:GetObject")
    iam = iam_backends[LAB]["aws"]
    boundary = BOUNDARY.format(account=LAB)
    role = iam.create_role(
        "bounded",
        "{}",
        "/",
        permissions_boundary=boundary,
        description="",
        tags=[],
        max_session_duration=None,
    )
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allow]}
    iam.put_role_policy("bounded", "all", json.dumps(document))
    assert role_allows(role.arn, "aws", "s3:GetObject", "arn:aws:s3:::b/a")
    assert not role_allows(role.arn, "aws", "s3:PutObject", "arn:aws:s3:::b/a")


async def test_a_boundary_that_is_not_there_fails_the_mover(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, role_boundary=BOUNDARY) as client:
        answer = (await ask(client, CREATE, input=new_mover()))["createMover"]
        operation = await ended(client, answer["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert "datasync-boundary does not exist" in operation["failure"]["message"]
    assert left(aws, LAB) == (0, 0, 0)
