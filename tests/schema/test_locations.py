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
BASE = {"id", "arn", "kind", "uri", "createdAt", "tags"}


def location(kind: str, uri: str = "x://host/", **described: Any) -> model.Location:
    return model.Location(arn=ARN, kind=kind, uri=uri, created_at=None, described=described)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_kind_is_its_own_type_and_found_again_as_a_location(kind: str) -> None:
    it = await select(Location, of_its_kind(location(kind)), "{ __typename id arn kind createdAt }")
    assert it.pop("__typename") == TYPES[kind].__name__ != "OtherLocation"
    assert decode(it.pop("id")) == ("Location", ARN)
    assert it == {"arn": ARN, "kind": kind, "createdAt": None}


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


@given(
    st.text(st.sampled_from("ab-.:/é"), min_size=1).filter(lambda name: not name.startswith("/"))
)
def test_bucket_and_subdirectory_make_up_the_uri(rest: str) -> None:
    uri = f"s3://{rest}" if "/" in rest else f"s3://{rest}/"
    it = S3Location(value=location("S3", uri))
    assert f"s3://{it.bucket()}{it.subdirectory()}" == uri
    assert "/" not in it.bucket()
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
