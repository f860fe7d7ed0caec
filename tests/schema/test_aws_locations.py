"""Locations in AWS's own storage: what their types make of AWS's descriptions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.schema.aws_locations import S3Location
from graph.schema.location import Location
from graph.schema.locations import of_its_kind
from tests.schema.execution import select
from tests.schema.test_locations import location

POINT = "arn:aws:s3:us-east-1:222222222222:accesspoint/mine"
OUTPOST = "arn:aws:s3-outposts:us-east-1:222222222222:outpost/op-0123/accesspoint/mine"
BUCKETS = st.text(st.sampled_from("ab-._"), min_size=1) | st.sampled_from((POINT, OUTPOST))


@given(BUCKETS, st.lists(st.text(st.sampled_from("ab-.:é"), max_size=3), max_size=3))
def test_bucket_and_subdirectory_make_up_the_uri(bucket: str, folders: list[str]) -> None:
    subdirectory = "".join(f"/{folder}" for folder in folders) + "/"
    it = S3Location(value=location("S3", f"s3://{bucket}{subdirectory}"))
    assert (it.bucket(), it.subdirectory()) == (bucket, subdirectory)


@given(st.text(st.sampled_from("ab-.:/é"), min_size=1))
def test_any_uri_has_a_bucket_and_a_subdirectory(rest: str) -> None:
    it = S3Location(value=location("S3", f"s3://{rest}"))
    assert f"{it.bucket()}{it.subdirectory()}" in (rest, f"{rest}/")
    assert it.subdirectory().startswith("/")


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ({"NFS": {"MountOptions": {"Version": "NFS3"}}}, {"nfsVersion": "NFS3"}),
        (
            {"SMB": {"User": "u", "Domain": "d.example", "MountOptions": {"Version": "SMB3"}}},
            {"smbVersion": "SMB3", "user": "u", "domain": "d.example"},
        ),
        (
            {"SMB": {"User": "u", "CustomSecretConfig": {"SecretArn": "s"}}},
            {"user": "u", "secret": {"secretArn": "s"}},
        ),
        ({"SMB": None}, {}),
    ],
)
async def test_a_location_in_ontap_shows_the_protocol_that_it_uses(
    protocol: Any, expected: dict[str, Any]
) -> None:
    shown = await select(
        Location,
        of_its_kind(location("FSX_ONTAP", Protocol=protocol)),
        "{ ... on FsxOntapLocation { nfsVersion smbVersion user domain secret { secretArn } } }",
    )
    nothing = dict.fromkeys(("nfsVersion", "smbVersion", "user", "domain", "secret"))
    assert shown == nothing | expected
