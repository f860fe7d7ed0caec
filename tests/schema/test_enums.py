"""Enums of the model as GraphQL enums: the same values, each with a description."""

from __future__ import annotations

from enum import Enum

import pytest
from graphql import GraphQLEnumType

from graph.app import graphql_schema
from graph.model.audit import AuditAction, AuditPhase, Surface
from graph.model.operation import OperationKind, OperationStatus, OperationStep
from graph.model.orphan import OrphanKind
from graph.model.run import Outcome
from graph.schema.enums import describe

NAMES = {
    "OperationKind": OperationKind,
    "OperationStatus": OperationStatus,
    "RunOutcome": Outcome,
    "OrphanKind": OrphanKind,
    "AuditAction": AuditAction,
    "AuditPhase": AuditPhase,
    "ApiSurface": Surface,
    "OperationStep": OperationStep,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_member_is_returned_and_accepted_under_its_own_name(name: str) -> None:
    kind = graphql_schema().core.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    assert list(kind.values) == [member.name for member in NAMES[name]]
    for member in NAMES[name]:
        assert kind.serialize(member) == member.name
        assert kind.parse_value(member.name) == member


@pytest.mark.parametrize("missing", ["ONE", "TWO"])
def test_a_member_without_a_description_is_an_error(missing: str) -> None:
    number = Enum("number", ["ONE", "TWO"])
    texts = {"ONE": "The first.", "TWO": "The second."}
    del texts[missing]
    with pytest.raises(KeyError, match=missing):
        describe(number, "Number", "A number.", texts)


def test_each_member_has_its_own_description() -> None:
    number = Enum("number", ["ONE", "TWO"])
    describe(number, "Number", "A number.", {"TWO": "The second.", "ONE": "The first."})
    values = number.__strawberry_definition__.values  # type: ignore[attr-defined]
    assert {value.name: value.description for value in values} == {
        "ONE": "The first.",
        "TWO": "The second.",
    }
