"""What two subscribers have to have in common to share an execution."""

from __future__ import annotations

from typing import Any

import pytest

from graph.transport.execution.request import OperationRequest
from graph.transport.execution.sharing import SharedOperation
from tests.transport.small import SCHEMA

TEXT = 'subscription F($of: String = "x") { level(of: $of) }'


def shared(
    query: str = TEXT,
    variables: dict[str, Any] | None = None,
    name: str | None = None,
    identity: str = "ann",
) -> SharedOperation:
    request = OperationRequest(query, variables or {}, name, identity, "r")
    return SharedOperation.of(SCHEMA.prepare(request), request)


@pytest.mark.parametrize(
    "other",
    [
        shared(identity="bob"),
        shared(f"{TEXT} # mine"),
        shared(variables={"unknown": "x"}),
    ],
)
def test_these_share(other: SharedOperation) -> None:
    assert other.key == shared().key


@pytest.mark.parametrize(
    "other",
    [
        shared(TEXT.replace("level(", "l: level(")),
        shared(variables={"of": "y"}),
        shared(variables={"of": None}),
        shared(name="F"),
    ],
)
def test_these_do_not_share(other: SharedOperation) -> None:
    assert other.key != shared().key


def test_the_order_of_variables_does_not_matter() -> None:
    text = "subscription($a: String!, $b: Boolean!) { followed(of: $a) { who @include(if: $b) } }"
    one, other = ({"a": "x", "b": True}, {"b": True, "a": "x"})
    assert shared(text, one).key == shared(text, other).key


def test_what_is_executed_names_nobody_and_has_no_places() -> None:
    operation, request = shared().opened(SCHEMA.documents)
    assert request.identity is None
    assert operation.document.loc is None
    assert operation.definition.operation is operation.type
