"""Every table that tells locations apart knows every kind."""

from __future__ import annotations

import re
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import xform_name
from graphql import GraphQLInputObjectType

from graph.app import graphql_schema
from graph.locations import CREATABLE, KINDS, kind_of
from graph.sandbox.datasync.kinds import KINDS as SANDBOX_KINDS
from graph.schema.locations import TYPES
from rest_compat.requests import _LOCATION
from tests.locations.service import MODEL

OPERATIONS = {xform_name(name) for name in MODEL.operation_names}


def test_the_service_the_sandbox_and_graphql_have_the_same_kinds() -> None:
    ends = {
        name.removeprefix("describe_location_")
        for name in OPERATIONS
        if name.startswith("describe_location_")
    }
    assert {kind.operation for kind in KINDS.values()} == ends
    assert KINDS.keys() == SANDBOX_KINDS.keys() == TYPES.keys()
    for name, kind in KINDS.items():
        assert (kind.scheme, kind.operation) == SANDBOX_KINDS[name][1::-1]
        for scheme in (kind.scheme, *kind.more_schemes):
            assert kind_of(f"{scheme}://host/path/") == name
    assert kind_of("new-kind://host/") == "NEW_KIND"


def test_what_can_be_created_is_an_input_of_graphql_and_of_rest() -> None:
    types = graphql_schema().core.type_map
    location = types["LocationInput"]
    assert isinstance(location, GraphQLInputObjectType)
    assert set(location.fields) == {KINDS[name].member for name in CREATABLE}
    assert set(_LOCATION.members) - {"Type"} == set(CREATABLE)
    for name, creation in CREATABLE.items():
        members = {field.name for field in fields(creation.spec)}
        assert members == set(creation.rest)
        given_type: Any = location.fields[KINDS[name].member].type
        assert {re.sub("([A-Z])", r"_\1", field).lower() for field in given_type.fields} == members


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_rest_shows_is_in_the_description_of_the_service(name: str) -> None:
    kind = KINDS[name]
    operation = {xform_name(each): each for each in MODEL.operation_names}
    described = operation[f"describe_location_{kind.operation}"]
    members = MODEL.operation_model(described).output_shape.members
    assert set(kind.members or ()) <= set(members)


class _Description(dict[str, Any]):
    """A description of a location that has exactly the members of the service's model."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self._members = shape.members

    def get(self, name: str, default: Any = None) -> Any:
        member = self._members[name]
        return _Description(member) if member.type_name == "structure" else default


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_graphql_shows_is_in_the_description_of_the_service(name: str) -> None:
    operation = {xform_name(each): each for each in MODEL.operation_names}
    described = operation[f"describe_location_{KINDS[name].operation}"]
    shape = MODEL.operation_model(described).output_shape
    root = SimpleNamespace(value=SimpleNamespace(described=_Description(shape), created_at=None))
    definition: Any = TYPES[name].__strawberry_definition__  # type: ignore[attr-defined]
    read = [
        field.base_resolver.wrapped_func(root, None) in (None, [])
        for field in definition.fields
        if field.base_resolver
        and field.base_resolver.wrapped_func.__module__ == "graph.schema.fields"
        and field.base_resolver.wrapped_func.__qualname__.startswith("detail")
    ]
    assert read
    assert all(read)
