"""What a transport may ask for, and which requests are the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from graphql import GraphQLError, OperationType

from graph.transport.execution.request import NotAllowed, OperationRequest, RequestError
from tests.transport.small import SCHEMA

QUERIES = {
    OperationType.QUERY: "{ hello }",
    OperationType.MUTATION: "mutation { change }",
    OperationType.SUBSCRIPTION: "subscription { count }",
}
ASKED = OperationRequest("{ hello }", {"a": 1}, "A", "ann", "r-1")


@pytest.mark.parametrize("kind", OperationType)
@pytest.mark.parametrize(
    "allowed", [kinds for n in range(4) for kinds in combinations(OperationType, n)]
)
def test_an_operation_is_prepared_only_where_its_type_is_allowed(
    kind: OperationType, allowed: tuple[OperationType, ...]
) -> None:
    request = OperationRequest(QUERIES[kind], {}, None, "ann", "r-1", frozenset(allowed))
    if kind in allowed:
        assert SCHEMA.prepare(request).type is kind
        return
    with pytest.raises(NotAllowed, match=r"^(Queries|Mutations|Subscriptions) are not") as raised:
        SCHEMA.prepare(request)
    assert raised.value.kind is kind


@pytest.mark.parametrize(
    "change",
    [
        {"query": "{ hello hello }"},
        {"variables": {"a": 2}},
        {"operation_name": None},
        {"identity": "bob"},
        {"allowed": frozenset({OperationType.QUERY})},
    ],
    ids=lambda change: next(iter(change)),
)
def test_requests_differ_by_everything_but_their_id(change: dict[str, Any]) -> None:
    assert replace(ASKED, **change) != ASKED
    assert replace(ASKED, request_id="r-2") == ASKED


def test_the_message_of_a_request_error_is_that_of_its_first_error() -> None:
    errors = [GraphQLError("first"), GraphQLError("second")]
    assert str(RequestError(errors)) == "first"
