"""Locations: each kind is shown as its type, and an unknown kind as far as it is understood."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from hypothesis import given
from hypothesis import strategies as st

from graph.app import graphql_schema
from graph.locations import KINDS
from graph.model import location as model
from graph.schema.ids import decode
from graph.schema.location import Location
from graph.schema.locations import TYPES, OtherLocation, of_its_kind, shown
from tests.schema.execution import select

ARN = "arn:aws:datasync:us-east-1:222222222222:location/loc-0123456789abcdef0"
BASE = {"id", "arn", "kind", "kindText", "uri", "createdAt", "agents", "revision", "tags"}


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
    parts = {name for name in own if not is_leaf_type(get_named_type(found.fields[name].type))}
    selected = " ".join(f"{name} {{ __typename }}" if name in parts else name for name in own)
    it = await select(
        Location,
        of_its_kind(location(kind, "s3://b/p/")),
        f"{{ ... on {name} {{ {selected} }} }}",
    )
    given_by_the_uri = {"bucket", "subdirectory"}
    assert all(it[field] in (None, []) for field in own if field not in given_by_the_uri)


def test_a_location_that_is_gone_is_null() -> None:
    assert shown(None) is None
    assert type(shown(location("NFS"))) is TYPES["NFS"]
