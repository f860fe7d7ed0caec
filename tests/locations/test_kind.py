"""Every table that tells locations apart knows every kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest
from botocore import xform_name
from graphql import GraphQLInputObjectType, get_named_type

from graph.app import graphql_schema
from graph.locations import CHOICES, CREATABLE, IN_REST, KINDS, kind_of
from graph.locations.kind import camel
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
    assert set(location.fields) == set(CHOICES)
    assert set(_LOCATION.members) - {"Type"} == set(IN_REST) == {"S3", "EFS"}
    assert CREATABLE.keys() == KINDS.keys()
    for member, creation in CHOICES.items():
        _has_fields_of(creation.spec, location.fields[member].type)
        assert set(creation.rest) <= {field.name for field in fields(creation.spec)}


def _has_fields_of(spec: Any, given: Any) -> None:
    """An input has the members of the specification, and so have those within it."""
    members = {camel(field.name): field for field in fields(spec)}
    assert given.fields.keys() == members.keys()
    for name, field in given.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            hint = get_type_hints(spec)[members[name].name]
            (nested,) = (each for each in (hint, *get_args(hint)) if is_dataclass(each))
            _has_fields_of(nested, inner)


def test_no_input_of_a_location_and_no_specification_has_a_secret() -> None:
    """Passwords and the like are kept in Secrets Manager, which the server never reads."""
    for member, creation in CHOICES.items():
        for name in _names(creation.spec):
            assert not re.search("password|token|keytab|secret_key|sas", name), (member, name)


def _names(spec: Any) -> Iterator[str]:
    for field in fields(spec):
        yield field.name
        hint = get_type_hints(spec)[field.name]
        for each in (hint, *get_args(hint)):
            if is_dataclass(each):
                yield from _names(each)


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
        and field.python_name != "revision"  # which no location lacks
        and field.base_resolver.wrapped_func.__module__ == "graph.schema.fields"
        and field.base_resolver.wrapped_func.__qualname__.startswith("detail")
    ]
    assert read
    assert all(read)
