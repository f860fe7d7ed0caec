"""Request bodies: what is read from them, and the original's message for what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.model.errors import Invalid
from graph.model.location_specs import EfsSpec, S3Spec
from graph.model.mover import OWN_TAGS, Tag
from graph.sandbox import Sandbox
from rest_compat.requests import read_new_mover, read_state
from tests.world import LAB, furnish, serving

MOVERS = f"/v1/datasync/{LAB}/movers"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "Name is a required field"),
        (b"null", "Name is a required field"),
        (
            b'{"Name":"a","Source":{"Type":"S3"},"Destination":{"Type":"S3"}}',
            "Source of type S3 requires",
        ),
        (b"[1]", "cannot decode body into create data mover input: "),
        (b'{"Name":1}', "cannot decode body into create data mover input: "),
        (b"\xff", "cannot decode body into create data mover input: "),
        (b"[" * 100_000, "cannot decode body into create data mover input: "),
    ],
)
async def test_a_bad_create_is_a_400_that_says_why(
    aws: Sandbox, tmp_path: Path, body: bytes, text: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        answer = await client.post(f"{MOVERS}/g", content=body)
        assert (answer.status_code, answer.text.startswith(text)) == (400, True), answer.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "missing required parameter: State"),
        (b'{"State":"START"}', "valid states are 'start' and 'stop'"),
        (b"x", "cannot decode body into update data mover input: "),
    ],
)
async def test_a_bad_update_is_a_400_that_says_why(
    aws: Sandbox, tmp_path: Path, body: bytes, text: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        answer = await client.put(f"{MOVERS}/g/one", content=body)
        assert (answer.status_code, answer.text.startswith(text)) == (400, True), answer.text


BUCKET = "arn:aws:s3:::b"
EFS = {"EfsFilesystemArn": "fs", "SubnetArn": "net", "SecurityGroupArns": ["sg-1", "sg-2"]}


def body(**changes: Any) -> bytes:
    s3 = {"Type": "S3", "S3": {"S3BucketArn": BUCKET}}
    return json.dumps({"Name": "one", "Source": s3, "Destination": s3} | changes).encode()


@pytest.mark.parametrize(
    ("members", "subdirectory"),
    [
        ({}, None),
        ({"Subdirectory": ""}, None),
        ({"Subdirectory": None}, None),
        ({"Subdirectory": "/a"}, "/a"),
        ({"subdirectory": "/a"}, "/a"),
    ],
)
def test_an_empty_optional_member_counts_as_absent(
    members: dict[str, Any], subdirectory: str | None
) -> None:
    source = {"Type": "S3", "S3": {"S3BucketArn": BUCKET} | members}
    new = read_new_mover(body(Source=source), LAB, "g")
    assert (new.account_id, new.group, new.name) == (LAB, "g", "one")
    assert new.source == S3Spec(bucket_arn=BUCKET, subdirectory=subdirectory)
    assert new.destination == S3Spec(bucket_arn=BUCKET)


def test_the_members_of_another_type_are_ignored() -> None:
    source = {"Type": "S3", "S3": {"S3BucketArn": BUCKET}, "NFS": {"ServerHostname": 1}}
    assert read_new_mover(body(Source=source), LAB, "g").source == S3Spec(bucket_arn=BUCKET)


@pytest.mark.parametrize("key", [*sorted(OWN_TAGS), "aws:", "aws:x"])
def test_reserved_tags_are_dropped_and_the_others_keep_their_order(key: str) -> None:
    tags = [("b", "1"), (key, "x"), ("a", ""), ("AWS:x", "y")]
    given = [{"Key": name, "Value": value} for name, value in tags]
    new = read_new_mover(body(Tags=given), LAB, "g")
    assert new.tags == tuple(Tag(*tag) for tag in tags if tag[0] != key)


@pytest.mark.parametrize("tag", [None, {}, {"Value": "x"}, {"Key": "", "Value": "x"}])
def test_a_tag_without_a_key_is_refused(tag: Any) -> None:
    with pytest.raises(Invalid, match="Each of the Tags requires a Key"):
        read_new_mover(body(Tags=[{"Key": "a", "Value": ""}, tag]), LAB, "g")


@pytest.mark.parametrize("side", ["Source", "Destination"])
@pytest.mark.parametrize("end", [None, {}, {"Type": ""}, {"S3": {"S3BucketArn": BUCKET}}])
def test_both_ends_are_required(side: str, end: Any) -> None:
    with pytest.raises(Invalid, match=r"^Source and Destination are required$"):
        read_new_mover(body(**{side: end}), LAB, "g")


def test_a_file_system_has_its_security_groups_in_order() -> None:
    new = read_new_mover(body(Source={"Type": "EFS", "EFS": EFS}), LAB, "g")
    assert new.source == EfsSpec(
        filesystem_arn="fs", subnet_arn="net", security_group_arns=("sg-1", "sg-2")
    )


@pytest.mark.parametrize("state", ["start", "stop"])
@pytest.mark.parametrize("name", ["State", "state", "STATE"])
def test_a_state_is_read_whatever_the_case_of_its_name(name: str, state: str) -> None:
    assert read_state(json.dumps({name: state, "More": 1}).encode()) == state
