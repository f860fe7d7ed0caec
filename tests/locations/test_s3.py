"""S3 locations: the buckets that are accepted, and the bucket of an existing one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.locations import CREATABLE, Home
from graph.model.location_specs import S3Spec
from graph.model.resources import Resource
from tests.locations.existing import ARN, at
from tests.locations.service import HOME, allowed_by_model, passes
from tests.world import LAB, OTHER


@given(name=st.text(st.sampled_from("aZ0-_. /:*\n\u00e9"), max_size=8))
def test_a_bucket_is_refused_if_and_only_if_the_service_refuses_it(name: str) -> None:
    spec = S3Spec(bucket_arn=f"arn:aws:s3:::{name}")
    wanted = allowed_by_model("S3BucketArn", spec.bucket_arn)
    assert passes(CREATABLE["S3"].check, spec, HOME, ()) is wanted


@given(
    region=st.sampled_from(("us-east-1", "eu-west-1", "")),
    account=st.sampled_from((LAB, OTHER, "", LAB[:-1])),
    resource=st.text(st.sampled_from("aZ0-_./:*"), max_size=6).map("accesspoint/{}".format)
    | st.sampled_from(("accesspoint:a", "accesspoint/" + "a" * 63, "accesspoint/" + "a" * 64)),
)
def test_an_access_point_is_refused_if_and_only_if_the_service_refuses_it(
    region: str, account: str, resource: str
) -> None:
    spec = S3Spec(bucket_arn=f"arn:aws:s3:{region}:{account}:{resource}")
    wanted = allowed_by_model("S3BucketArn", spec.bucket_arn)
    assert passes(CREATABLE["S3"].check, spec, HOME, ()) is wanted


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("length", range(245, 257))
def test_the_length_of_a_bucket_is_bounded_as_by_the_service(partition: str, length: int) -> None:
    spec = S3Spec(bucket_arn=f"arn:{partition}:s3:::{'a' * length}")
    wanted = allowed_by_model("S3BucketArn", spec.bucket_arn)
    assert passes(CREATABLE["S3"].check, spec, Home(LAB, "r", partition), ()) is wanted


POINT = f"arn:aws:s3:us-east-1:{LAB}:accesspoint"
OUTPOST = f"arn:aws:s3-outposts:us-east-1:{LAB}:outpost/op-0123/accesspoint/point"


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
