"""What a policy of a bucket denies to the roles of movers, and what it has to allow them."""

from __future__ import annotations

from typing import Any

import pytest

from graph.preflight.bucket_policies import Denial, MoverRoles
from graph.preflight.results import document
from graph.sandbox.policies import admits
from tests.world import LAB, OTHER

ROLES = MoverRoles("aws", LAB, "acme", "my lab", f"arn:aws:iam::{LAB}:role/management")
ROLE = f"arn:aws:iam::{LAB}:role/spinup/acme/my-lab/one-source-0123456789"
WHOLE: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
}
CERTAIN, POSSIBLE, NONE = Denial.CERTAIN, Denial.POSSIBLE, Denial.NONE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, CERTAIN),
        ({"Effect": "Allow"}, NONE),
        ({"Principal": {"AWS": LAB}}, CERTAIN),
        ({"Principal": {"AWS": [f"arn:aws:iam::{LAB}:root"]}}, CERTAIN),
        ({"Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}, NONE),
        ({"Principal": {"AWS": ROLE}}, POSSIBLE),
        ({"Principal": {"Service": "ec2.amazonaws.com"}}, NONE),
        ({"Action": "s3:getobject"}, CERTAIN),
        ({"Action": ["s3:PutObject", "s3:Delete*"]}, NONE),
        ({"Action": "s3:PutBucketPolicy"}, NONE),
        ({"Resource": "arn:aws:s3:::b/secret/*"}, POSSIBLE),
        ({"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}, POSSIBLE),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, NONE),
        ({"NotPrincipal": {"AWS": "x"}}, POSSIBLE),
        ({"NotAction": "s3:GetObject"}, POSSIBLE),
        ({"NotResource": "arn:aws:s3:::b/x"}, POSSIBLE),
        ({"Action": None}, NONE),
        ({"Action": {"odd": 1}, "Principal": 5}, NONE),
    ],
)
def test_a_deny_counts_if_it_is_about_the_roles_and_what_they_do(
    changes: dict[str, Any], expected: Denial
) -> None:
    statement = WHOLE | changes
    assert ROLES.denied_by({"Statement": statement}, writes=False) is expected
    assert (
        ROLES.denied_by({"Statement": [{"Effect": "Allow"}, statement]}, writes=False) is expected
    )


def test_a_destination_is_written_to() -> None:
    policy = {"Statement": WHOLE | {"Action": "s3:PutObject"}}
    assert ROLES.denied_by(policy, writes=True) is CERTAIN
    assert ROLES.denied_by({"Statement": "odd"}, writes=True) is NONE
    assert ROLES.denied_by({}, writes=True) is NONE


@pytest.mark.parametrize("writes", [True, False])
def test_the_policy_to_paste_admits_the_roles_of_the_group_and_no_others(*, writes: bool) -> None:
    policy: Any = document(ROLES.admit("b", writes=writes))

    def admitted(role: str, action: str, resource: str = "arn:aws:s3:::b/key") -> bool:
        return admits(policy, role, action, resource)

    assert admitted(ROLE, "s3:ListBucket", "arn:aws:s3:::b")
    assert admitted(ROLE, "s3:GetObject")
    assert admitted(ROLE, "s3:PutObject") == writes
    assert admitted(ROLES.management, "s3:ListBucket", "arn:aws:s3:::b")
    for other in (ROLE.replace("my-lab", "x"), ROLE.replace(LAB, OTHER), ROLES.management):
        assert not admitted(other, "s3:GetObject")


def test_the_statement_for_a_key_names_the_roles_of_the_group() -> None:
    (statement,) = ROLES.use_key()
    assert "kms:GenerateDataKey*" in statement["Action"]
    assert statement["Condition"] == {"ArnLike": {"aws:PrincipalArn": ROLES.pattern}}
