"""Locations: each kind is shown as its type, and an unknown kind as far as it is understood."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st
from strawberry.dataloader import DataLoader

from graph.app import graphql_schema
from graph.locations import KINDS
from graph.model import location as model
from graph.model.mover import HIDDEN_TAGS, Tag
from graph.schema.ids import decode
from graph.schema.locations import TYPES, Location, OtherLocation, S3Location, of_its_kind, shown
from tests.schema.execution import select

ARN = "arn:aws:datasync:us-east-1:222222222222:location/loc-0123456789abcdef0"
BASE = {"id", "arn", "kind", "kindText", "uri", "createdAt", "tags"}


def location(kind: str, uri: str = "x://host/", **described: Any) -> model.Location:
    return model.Location(arn=ARN, kind=kind, uri=uri, created_at=None, described=described)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_kind_is_its_own_type_and_found_again_as_a_location(kind: str) -> None:
    it = await select(
        Location, of_its_kind(location(kind)), "{ __typename id arn kind kindText createdAt }"
    )
    assert it.pop("__typename") == TYPES[kind].__name__ != "OtherLocation"
    assert decode(it.pop("id")) == ("Location", ARN)
    assert it == {"arn": ARN, "kind": kind, "kindText": kind, "createdAt": None}


async def test_a_kind_that_aws_added_has_the_scheme_of_its_uris_as_text() -> None:
    it = await select(Location, of_its_kind(location("NVME_OF")), "{ kind kindText }")
    assert it == {"kind": "OTHER", "kindText": "NVME_OF"}


@given(st.text(max_size=20).filter(lambda kind: kind not in KINDS))
def test_a_kind_that_aws_added_is_another_location(kind: str) -> None:
    assert type(of_its_kind(location(kind))) is OtherLocation


@pytest.mark.parametrize("kind", KINDS)
async def test_a_response_without_its_optional_members_is_shown(kind: str) -> None:
    name = TYPES[kind].__name__
    found = graphql_schema().core.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    own = sorted(found.fields.keys() - BASE)
    assert own
    it = await select(
        Location,
        of_its_kind(location(kind, "s3://b/p/")),
        f"{{ ... on {name} {{ {' '.join(own)} }} }}",
    )
    given_by_the_uri = {"bucket", "subdirectory"}
    assert all(it[field] in (None, []) for field in own if field not in given_by_the_uri)


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


async def test_internal_tags_are_not_shown() -> None:
    async def load(arns: list[str]) -> list[tuple[Tag, ...]]:
        return [(Tag("team", "blue"), *(Tag(key, "x") for key in sorted(HIDDEN_TAGS)))] * len(arns)

    context = SimpleNamespace(loaders=SimpleNamespace(tags=DataLoader(load_fn=load)))
    it = await select(Location, of_its_kind(location("EFS")), "{ tags { key value } }", context)
    assert it["tags"] == [{"key": "team", "value": "blue"}]


def test_a_location_that_is_gone_is_null() -> None:
    assert shown(None) is None
    assert type(shown(location("NFS"))) is TYPES["NFS"]
