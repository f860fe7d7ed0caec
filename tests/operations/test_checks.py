"""What is rejected before anything is created, compared with DataSync's own model."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache
from typing import Any, Final, cast

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.aws.client.gateway import Gateway
from graph.aws.client.served import Served
from graph.aws.client.service_models import datasync_model, extend
from graph.locations.arns import SUBDIRECTORY
from graph.locations.s3 import STORAGE_CLASSES
from graph.model.errors import Invalid
from graph.model.location import MOST_SECURITY_GROUPS
from graph.model.location_specs import EfsSpec, LocationSpec, S3Spec
from graph.model.mover import AWS_TAGS, Tag
from graph.model.operation import NewMover
from graph.operations import checks
from graph.task_settings.tags import TAG_KEY, TAG_VALUE
from tests.world import LAB, OTHER


class Here:
    """What the checks ask of a gateway."""

    served, partition = Served(), "aws"


HERE: Final = cast("Gateway", Here())
S3: Final = S3Spec(bucket_arn="arn:aws:s3:::my-bucket.of-data")
_HOME: Final = f"us-east-1:{LAB}"
EFS: Final = EfsSpec(
    filesystem_arn=f"arn:aws:elasticfilesystem:{_HOME}:file-system/fs-12345678",
    subnet_arn=f"arn:aws:ec2:{_HOME}:subnet/subnet-0a1b2c3d",
    security_group_arns=(f"arn:aws:ec2:{_HOME}:security-group/sg-0a1b2c3d",),
)
NEW: Final = NewMover(account_id=LAB, group="g", name="one", source=S3, destination=EFS)


def refusal(**changes: Any) -> tuple[str, ...]:
    """The path of the refusal; fails where there is none."""
    with pytest.raises(Invalid) as caught:
        checks.check(replace(NEW, **changes), HERE)
    return caught.value.path


@pytest.mark.parametrize(
    "spec",
    [
        S3,
        S3Spec(bucket_arn="arn:aws:s3:::Lab_Legacy.Bucket"),
        S3Spec(bucket_arn="arn:aws:s3:::" + "a" * 255),
        S3Spec(bucket_arn=f"arn:aws:s3:us-east-1:{LAB}:accesspoint/mine"),
        S3Spec(bucket_arn=f"arn:aws:s3:eu-west-1:{OTHER}:accesspoint/theirs"),
        S3Spec(bucket_arn="arn:aws:s3:::a..b-"),
        S3Spec(bucket_arn="arn:aws:s3:::" + "A" * 255),
        replace(S3, subdirectory="/a\u00a0b"),
        replace(S3, storage_class="GLACIER_INSTANT_RETRIEVAL", subdirectory="/a b/c_(1)+.-/"),
        EFS,
        replace(EFS, subnet_arn=EFS.subnet_arn.replace(LAB, OTHER)),
        replace(EFS, security_group_arns=(EFS.security_group_arns[0].replace(LAB, OTHER),)),
        replace(EFS, security_group_arns=EFS.security_group_arns * 5, subdirectory=""),
    ],
)
def test_what_is_well_formed_passes(spec: LocationSpec) -> None:
    checks.check(replace(NEW, source=spec), HERE)


@pytest.mark.parametrize(
    "arn",
    [
        "my-bucket",
        "arn:aws:s3:::my-bucket/key",
        "arn:aws:s3:::my-bucket/*",
        "arn:aws:s3:::",
        "arn:aws:s3:::" + "a" * 256,
        "arn:aws:s3:::a b",
        "arn:aws:s3:::b\u00e9",
        "arn:aws:s3:::a:b",
        "arn:aws:s3:us-east-1::my-bucket",
        "arn:aws-cn:s3:::my-bucket",
        "arn:aws:s3:us-east-1::accesspoint/mine",
        f"arn:aws:s3:us-east-1:{LAB}:bucket/mine",
        "arn:aws:sqs:::my-bucket",
        "arn:aws:s3:::my-bucket\n",
    ],
)
def test_what_is_no_bucket_of_this_partition_is_refused(arn: str) -> None:
    assert refusal(source=S3Spec(bucket_arn=arn)) == ("source", "s3", "bucketArn")


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("filesystem_arn", S3.bucket_arn, "filesystemArn"),
        ("filesystem_arn", EFS.filesystem_arn.replace(LAB, OTHER), "filesystemArn"),
        ("filesystem_arn", EFS.filesystem_arn.replace("file-system/fs", "x/fs"), "filesystemArn"),
        ("subnet_arn", EFS.subnet_arn.replace("us-east-1", "eu-west-1"), "subnetArn"),
        ("subnet_arn", EFS.security_group_arns[0], "subnetArn"),
        ("subnet_arn", EFS.subnet_arn.replace("arn:aws:", "arn:aws-cn:"), "subnetArn"),
        ("security_group_arns", (), "securityGroupArns"),
        ("security_group_arns", EFS.security_group_arns * 6, "securityGroupArns"),
    ],
)
def test_what_efs_cannot_be_is_refused(member: str, value: Any, path: str) -> None:
    assert refusal(destination=replace(EFS, **{member: value})) == ("destination", "efs", path)


def test_a_security_group_is_named_by_its_place() -> None:
    wrong = (*EFS.security_group_arns, EFS.subnet_arn)
    path = refusal(destination=replace(EFS, security_group_arns=wrong))
    assert path == ("destination", "efs", "securityGroupArns", "1")


CONTROLS: Final = [f"/a{chr(code)}b" for code in (*range(32), 127, 0x85, 0x2028)]


@pytest.mark.parametrize("subdirectory", ["/a\u00e9", "/a*", "/a?b", "x" * 4_097, *CONTROLS])
def test_a_subdirectory_that_datasync_refuses_is_refused(subdirectory: str) -> None:
    for spec, kind in ((S3, "s3"), (EFS, "efs")):
        path = refusal(source=replace(spec, subdirectory=subdirectory))
        assert path == ("source", kind, "subdirectory")


def test_a_storage_class_is_one_of_datasyncs_words() -> None:
    model = datasync_model()
    words: Any = model.shape_for("S3StorageClass")
    assert tuple(words.enum) == STORAGE_CLASSES
    assert refusal(source=replace(S3, storage_class="standard"))[-1] == "storageClass"


def test_the_bounds_are_those_of_the_model() -> None:
    model = datasync_model()
    assert model.shape_for("S3Subdirectory").metadata["max"] == SUBDIRECTORY
    assert model.shape_for("EfsSubdirectory").metadata["max"] == SUBDIRECTORY
    assert model.shape_for("InputTagList").metadata["max"] == AWS_TAGS
    assert model.shape_for("TagValue").metadata["max"] == TAG_VALUE
    assert model.shape_for("Ec2SecurityGroupArnList").metadata["max"] == MOST_SECURITY_GROUPS
    iam = botocore.session.get_session().get_service_model("iam")
    assert iam.shape_for("tagKeyType").metadata["max"] == TAG_KEY


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "v"),
        ("k" * 129, "v"),
        ("k,", "v"),
        ("a\nb", "v"),
        ("a\n", "v"),
        ("a\tb", "v"),
        ("a\u00a0b", "v"),
        ("k", "a\nb"),
        ("k", "a\tb"),
        ("aws:x", "v"),
        ("AWS:x", "v"),
        ("Spinup:Org", "v"),
        ("FINE", "v"),
        ("datasync-api:operation", "v"),
        ("datasync-api:part", "v"),
        ("k", ""),
        ("k", "v" * 257),
        ("k", "v,"),
        *((f"k{chr(code)}b", "v") for code in (*range(32), 127, 0x85)),
        *(("k", f"v{chr(code)}b") for code in (*range(32), 127, 0x85)),
    ],
)
def test_a_tag_that_aws_or_the_server_needs_otherwise_is_refused(key: str, value: str) -> None:
    path = refusal(tags=(Tag("fine", "v"), Tag(key, value)))
    assert path == ("tags", "0" if key == "FINE" else "1")  # the first of two


def test_only_where_a_role_is_made_case_does_not_tell_tags_apart() -> None:
    tags = (Tag("fine", "v"), Tag("FINE", "v"), Tag("Spinup:Org", "v"))
    checks.check(replace(NEW, source=EFS, destination=EFS, tags=tags), HERE)
    assert refusal(tags=tags) == ("tags", "0")


def test_tags_are_at_most_50_with_the_servers_own_and_none_twice() -> None:
    fine = tuple(Tag(f"k{index}", "v") for index in range(44))
    checks.check(replace(NEW, tags=fine), HERE)
    assert refusal(tags=(*fine, Tag("one-more", "v"))) == ("tags",)
    assert refusal(tags=(Tag("k", "a"), Tag("k", "b"))) == ("tags", "0")


def test_a_group_that_cannot_stand_in_a_tag_is_refused() -> None:
    assert refusal(group="a,b") == ("group",)


@cache
def pattern(service: str, shape: str) -> re.Pattern[str]:
    """The service's own pattern, in Python's dialect."""
    session = botocore.session.Session()
    extend(session)
    model = session.get_service_model(service)
    given = str(model.shape_for(shape).metadata["pattern"])
    classes = {"Zs": {"Zs"}, "Z": {"Zs", "Zl", "Zp"}, "L": set(), "N": set()}
    for name, categories in classes.items():
        found = [chr(c) for c in range(0x3100) if unicodedata.category(chr(c)) in categories]
        given = given.replace(rf"\p{{{name}}}", "".join(found) or {"L": "a-zA-Z", "N": "0-9"}[name])
    return re.compile(given, re.ASCII)


def accepts(**changes: Any) -> bool:
    try:
        checks.check(replace(NEW, **changes), HERE)
    except Invalid:
        return False
    return True


ANY: Final = st.text(
    st.sampled_from("aZ0_-+./()=:@ \t\n\r\x0b\x00,*\u00a0\u2003\u2028\u3000\u00e9"), max_size=6
)


THEIRS: Final = {
    shape: pattern(service, shape)
    for service, shapes in (
        ("datasync", ("S3BucketArn", "S3Subdirectory", "EfsSubdirectory", "TagKey", "TagValue")),
        ("iam", ("tagKeyType", "tagValueType")),
    )
    for shape in shapes
}


@given(ANY)
def test_a_bucket_is_refused_exactly_if_datasync_s_pattern_refuses_it(name: str) -> None:
    arn = f"arn:aws:s3:::{name}"
    theirs = THEIRS["S3BucketArn"].fullmatch(arn) is not None
    assert accepts(source=S3Spec(bucket_arn=arn)) == theirs


@given(ANY)
def test_so_is_a_subdirectory(given_path: str) -> None:
    for spec, shape in ((S3, "S3Subdirectory"), (EFS, "EfsSubdirectory")):
        theirs = THEIRS[shape].fullmatch(given_path) is not None
        assert accepts(source=replace(spec, subdirectory=given_path)) == theirs


@given(ANY)
def test_a_tag_is_refused_exactly_if_datasync_or_iam_refuses_it(text: str) -> None:
    keys = [THEIRS["TagKey"], THEIRS["tagKeyType"]]
    values = [THEIRS["TagValue"], THEIRS["tagValueType"]]
    assert accepts(tags=(Tag(text, "v"),)) == all(each.fullmatch(text) for each in keys)
    assert accepts(tags=(Tag("k", text),)) == all(each.fullmatch(text) for each in values)
