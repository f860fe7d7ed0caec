"""Which resources an existing location stands for; what cannot be told counts by its own ARN."""

from __future__ import annotations

from typing import Any

import pytest

from graph.locations import resources_at
from graph.model.location import Location
from graph.model.resources import Resource
from tests.world import LAB

ARN = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"
SUBNET = f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-0a"
GROUPS = [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-0{n}" for n in range(2)]
NETWORK: dict[str, Any] = {"Ec2Config": {"SubnetArn": SUBNET, "SecurityGroupArns": GROUPS}}
POINT = f"arn:aws:s3:us-east-1:{LAB}:accesspoint"
OUTPOST = f"arn:aws:s3-outposts:us-east-1:{LAB}:outpost/op-0123/accesspoint/point"


def at(uri: str, kind: str = "S3", arn: str = ARN, **described: Any) -> list[Resource]:
    location = Location(arn=arn, kind=kind, uri=uri, created_at=None, described=described)
    return resources_at(arn, location)


@pytest.mark.parametrize(
    ("uri", "arn", "prefix"),
    [
        ("s3://lab/", "arn:aws:s3:::lab", ""),
        ("s3://lab", "arn:aws:s3:::lab", ""),
        ("s3://lab/a/b/", "arn:aws:s3:::lab", "a/b/"),
        ("s3://Lab_Legacy.Bucket/a/", "arn:aws:s3:::Lab_Legacy.Bucket", "a/"),
        ("s3://lab/a/../b/", "arn:aws:s3:::lab", None),
        ("s3://lab//a/", "arn:aws:s3:::lab", None),
        (f"s3://{POINT}/point/a/", f"{POINT}/point", "a/"),
        (f"s3://{POINT}:point/", f"{POINT}:point", ""),
        (f"s3://{OUTPOST}/a/", OUTPOST, "a/"),
        ("s3://lab:80/a/", ARN, ""),
        ("s3://", ARN, ""),
        ("s3://lab\n/", ARN, ""),
        ("s3://user@lab/", ARN, ""),
    ],
)
def test_an_s3_location(uri: str, arn: str, prefix: str | None) -> None:
    assert at(uri) == [Resource(arn, prefix)]


def test_a_bucket_is_in_the_partition_of_its_location() -> None:
    (resource,) = at("s3://lab/", arn=ARN.replace("arn:aws:", "arn:aws-cn:"))
    assert resource.arn == "arn:aws-cn:s3:::lab"


@pytest.mark.parametrize("host", ["fs-0123abcd", "eu-west-1.fs-0123abcd"])
def test_an_efs_location_with_its_network(host: str) -> None:
    region = host.partition(".")[0] if "." in host else "us-east-1"
    assert [resource.arn for resource in at(f"efs://{host}/a/", "EFS", **NETWORK)] == [
        f"arn:aws:elasticfilesystem:{region}:{LAB}:file-system/fs-0123abcd",
        SUBNET,
        *GROUPS,
    ]


@pytest.mark.parametrize(
    ("uri", "kind", "described"),
    [
        ("efs://fs-0123abcd/", "EFS", {}),
        ("efs://server/", "EFS", NETWORK),
        ("nfs://server/path", "NFS", {}),
        ("fsxw://fs-0123/", "FSX_WINDOWS", {}),
        ("new://x/", "NEW", {}),
    ],
)
def test_any_other_location_counts_by_its_own_arn(
    uri: str, kind: str, described: dict[str, Any]
) -> None:
    assert at(uri, kind, **described) == [Resource(ARN)]


def test_a_location_that_is_gone_counts_by_its_own_arn() -> None:
    assert resources_at(ARN, None) == [Resource(ARN)]
