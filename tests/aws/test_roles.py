"""The roles that DataSync reaches buckets with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.aws import roles
from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.model.errors import Conflict, NotFound
from graph.model.mover import OPERATION_TAG, Tag
from graph.model.resources import Resource, s3_prefix
from graph.sandbox import Fault, Sandbox
from tests.world import LAB, ORG, OTHER


async def test_a_buckets_role_is_what_the_contract_says(aws: Sandbox, gateway: Gateway) -> None:
    path = roles.role_path(ORG, "g")
    arn = await roles.ensure_role(gateway.bind(LAB), "r-1", path, Resource("arn:aws:s3:::b"), ())
    assert arn == f"arn:aws:iam::{LAB}:role/spinup/{ORG}/g/r-1"

    async def iam(operation: str, **params: str) -> dict[str, Any]:
        return await gateway.bind(LAB).call(
            "iam", Access.MANAGE, operation, RoleName="r-1", **params
        )

    trust = (await iam("get_role"))["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "datasync.amazonaws.com"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": LAB},
                "ArnLike": {"aws:SourceArn": f"arn:aws:datasync:us-east-1:{LAB}:*"},
            },
        }
    ]
    kept = await iam("get_role_policy", PolicyName="DataSyncBucketAccessPolicy")
    statements = {x["Resource"]: x["Action"] for x in kept["PolicyDocument"]["Statement"]}
    on_bucket = "GetBucketLocation ListBucket ListBucketMultipartUploads"
    on_objects = (
        "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts GetObjectTagging "
        "GetObjectVersion GetObjectVersionTagging PutObjectTagging PutObject"
    )
    assert statements == {
        "arn:aws:s3:::b": [f"s3:{name}" for name in on_bucket.split()],
        "arn:aws:s3:::b/*": [f"s3:{name}" for name in on_objects.split()],
    }


POLICY = f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
  "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::from-{LAB}"}}]}}"""


def attached(iam: Any, name: str, what: str) -> str:
    """Attaches something to a role, as somebody else might. Returns its name or ARN."""
    if what == "managed policy":
        arn = str(iam.create_policy("everywhere", "/", POLICY, "", {}).arn)
        iam.attach_role_policy(arn, name)
        return arn
    if what == "inline policy":
        iam.put_role_policy(name, "more", POLICY)
        return "more"
    if what == "instance profile":
        iam.create_instance_profile("p-1", "/", [])
        iam.add_role_to_instance_profile("p-1", name)
        return "p-1"
    boundary = iam.create_policy("boundary", "/", POLICY, "", {}).arn
    iam.put_role_permissions_boundary(name, boundary)
    return "boundary"


@pytest.mark.parametrize(
    ("what", "goes"),
    [
        ("managed policy", True),
        ("inline policy", True),
        ("permissions boundary", True),
        ("instance profile", False),
    ],
)
async def test_a_role_goes_with_what_others_attached_to_it_unless_they_use_it(
    aws: Sandbox, gateway: Gateway, what: str, *, goes: bool
) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    account, path = gateway.bind(LAB), roles.role_path(ORG, "g")
    await roles.ensure_role(account, "r-1", path, Resource("arn:aws:s3:::b"), ())
    name = attached(iam_backends[LAB]["aws"], "r-1", what)
    if goes:
        await roles.delete_role(account, "r-1")
        with pytest.raises(NotFound):
            await roles.tags_of_role(account, "r-1")
    else:
        with pytest.raises(Conflict, match=f"The role r-1 is in the {what} {name}. Remove it"):
            await roles.delete_role(account, "r-1")


@pytest.mark.parametrize("call", ["DetachRolePolicy", "ListInstanceProfilesForRole"])
async def test_what_the_server_may_not_do_with_a_role_is_a_conflict_that_says_so(
    aws: Sandbox, gateway: Gateway, call: str
) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    account, path = gateway.bind(LAB), roles.role_path(ORG, "g")
    await roles.ensure_role(account, "r-1", path, Resource("arn:aws:s3:::b"), ())
    what = "managed policy" if call == "DetachRolePolicy" else "instance profile"
    attached(iam_backends[LAB]["aws"], "r-1", what)
    aws.interceptor.add(Fault(call, "denied", count=100))
    with pytest.raises(Conflict, match=r"attached|instance profile"):
        await roles.delete_role(account, "r-1")


POINT = f"arn:aws:s3:us-east-1:{LAB}:accesspoint/p"


@pytest.mark.parametrize(
    ("bucket", "subdirectory", "objects"),
    [
        ("arn:aws:s3:::b", None, "arn:aws:s3:::b/*"),
        ("arn:aws:s3:::b", "/", "arn:aws:s3:::b/*"),
        ("arn:aws:s3:::b", "lab", "arn:aws:s3:::b/lab/*"),
        ("arn:aws:s3:::b", "/lab/in put/", "arn:aws:s3:::b/lab/in put/*"),
        ("arn:aws:s3:::b", "/lab/../shop/", "arn:aws:s3:::b/*"),  # up to the service
        (POINT, None, f"{POINT}/*"),
        (POINT, "/lab/", f"{POINT}/object/lab/*"),
    ],
)
async def test_a_role_reaches_the_objects_of_its_location_alone(
    aws: Sandbox, gateway: Gateway, bucket: str, subdirectory: str | None, objects: str
) -> None:
    account, path = gateway.bind(LAB), roles.role_path(ORG, "g")
    used = Resource(bucket, s3_prefix(subdirectory))
    await roles.ensure_role(account, "r-1", path, used, ())
    kept = await account.call(
        "iam",
        Access.MANAGE,
        "get_role_policy",
        RoleName="r-1",
        PolicyName="DataSyncBucketAccessPolicy",
    )
    statements = {x["Resource"]: x["Action"] for x in kept["PolicyDocument"]["Statement"]}
    assert list(statements) == [bucket, objects]
    assert "s3:ListBucket" in statements[bucket]
    assert "s3:GetObject" in statements[objects]
    assert await roles.buckets_of_role(account, "r-1") == {bucket}


@pytest.mark.parametrize(
    ("bucket", "found"),
    [("arn:aws:s3:::b", {"arn:aws:s3:::b"}), (None, set()), ("arn:aws:s3:::*", set())],
)
async def test_the_bucket_of_a_role_is_in_its_policy(
    aws: Sandbox, gateway: Gateway, bucket: str | None, found: set[str]
) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    account, path = gateway.bind(LAB), roles.role_path(ORG, "g")
    assert await roles.buckets_of_role(account, "r-1") == set()
    await roles.ensure_role(account, "r-1", path, Resource(bucket or "arn:aws:s3:::b"), ())
    if bucket is None:
        iam_backends[LAB]["aws"].delete_role_policy("r-1", "DataSyncBucketAccessPolicy")
    assert await roles.buckets_of_role(account, "r-1") == found


@given(group=st.text(max_size=20))
def test_a_path_has_nothing_that_iam_does_not_allow(group: str) -> None:
    path = roles.role_path(ORG, group)
    assert re.fullmatch(r"/[\x21-\x7e]*/", path)
    assert path.startswith(f"/spinup/{ORG}/")
    assert len(path) == len(f"/spinup/{ORG}//") + len(group)


async def test_a_role_of_somebody_else_is_neither_completed_nor_deleted(
    aws: Sandbox, gateway: Gateway
) -> None:
    account, path = gateway.bind(LAB), roles.role_path(ORG, "g")
    mine, other = (Tag(OPERATION_TAG, "mine"),), (Tag(OPERATION_TAG, "other"),)
    arn = await roles.ensure_role(account, "r-1", path, Resource("arn:aws:s3:::b"), mine)
    with pytest.raises(Conflict, match="already exists and has other tags"):
        await roles.ensure_role(account, "r-1", path, Resource("arn:aws:s3:::b"), other)
    await roles.delete_role(account, "r-1", other)
    assert await roles.tags_of_role(account, "r-1") == mine
    assert await roles.ensure_role(account, "r-1", path, Resource("arn:aws:s3:::b"), mine) == arn
    await roles.delete_role(account, "r-1", mine)
    with pytest.raises(NotFound):
        await roles.tags_of_role(account, "r-1")


@pytest.mark.parametrize(
    ("account", "path", "expected"),
    [
        (LAB, f"role/spinup/{ORG}/g/r-1", True),
        (OTHER, f"role/spinup/{ORG}/g/r-1", False),
        (LAB, f"role/spinup/{ORG}-two/g/r-1", False),
        (LAB, f"role/x/spinup/{ORG}/g/r-1", False),
        (LAB, "role/management", False),
    ],
)
def test_a_role_is_the_movers_by_its_account_and_path(
    account: str, path: str, *, expected: bool
) -> None:
    assert roles.is_movers_role(f"arn:aws:iam::{account}:{path}", ORG, LAB) is expected
