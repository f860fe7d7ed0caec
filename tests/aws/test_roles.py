"""The roles that DataSync reaches buckets with."""

from __future__ import annotations

from typing import Any

from graph.aws import roles
from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.sandbox import Sandbox
from tests.world import LAB, ORG


async def test_a_buckets_role_is_what_the_contract_says(aws: Sandbox, gateway: Gateway) -> None:
    path = roles.role_path(ORG, "g")
    arn = await roles.ensure_role(gateway.bind(LAB), "r-1", path, "arn:aws:s3:::b", ())
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
