"""The input of a change of a location."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull

from graph.app import graphql_schema
from graph.locations import KINDS
from graph.locations.changing import CHANGEABLE
from graph.locations.kind import camel
from graph.model.errors import Invalid
from graph.model.location_change import LocationUsers
from graph.schema.location_change_inputs import location_change
from graph.schema.location_inputs import snake

ROOT = Path(__file__).parents[2]


def given(**parts: Any) -> Any:
    change = SimpleNamespace(**{snake(k.member): parts.get(k.member) for k in KINDS.values()})
    return SimpleNamespace(change=change, also_for=LocationUsers.SHARED, if_unchanged_since="v")


def test_every_kind_has_an_input_of_what_can_change_all_of_it_optional() -> None:
    choices = graphql_schema().core.type_map["LocationChangeInput"]
    assert isinstance(choices, GraphQLInputObjectType)
    assert "input LocationChangeInput @oneOf" in (ROOT / "schema.graphql").read_text()
    for name, kind in KINDS.items():
        part: Any = choices.fields[kind.member].type
        assert list(part.fields) == [camel(field) for field in CHANGEABLE[name]]
        for member, field in part.fields.items():
            assert not isinstance(field.type, GraphQLNonNull)
            assert field.description.endswith(" Absent: it stays as it is.")
            assert not re.search("password|token|keytab|secretKey|sas", member)


def test_only_what_is_set_is_a_change() -> None:
    part = SimpleNamespace(subdirectory="/x", server_hostname=None, agent_arns=None, version=None)
    change = location_change(given(nfs=part))
    assert (change.kind, change.member, change.fields) == ("NFS", "nfs", {"subdirectory": "/x"})
    assert (change.is_for_all, change.if_unchanged_since) == (True, "v")


@pytest.mark.parametrize("part", [None, SimpleNamespace(subdirectory=None)])
def test_a_change_of_nothing_is_rejected(part: Any) -> None:
    with pytest.raises(Invalid):
        location_change(given(fsxLustre=part))
