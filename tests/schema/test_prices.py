"""Every field that can call AWS has a price, and no field takes more calls than its price."""

from __future__ import annotations

from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from graph.app import graphql_schema
from graph.sandbox import Sandbox
from graph.schema.prices import PRICES
from tests.test_call_counts import many
from tests.world import LAB, serving

FREE: Final = {
    "Query.audit",
    "Query.operation",
    "Query.operations",
    "Query.waitForOperation",
    "Run.cancelledBy",
    "Run.startedBy",
    "Subscription.operationProgress",
    # These compute, in steps.
    "Schedule.nextRuns",
    "Schedule.problem",
}
"""Fields that wait for the store alone, or for nothing."""


def waiting_fields() -> set[str]:
    """The fields whose resolvers are asynchronous, as those that call AWS have to be."""
    found = set()
    for name, kind in graphql_schema().core.type_map.items():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            resolver = field.extensions.get("strawberry-definition")
            wrapped = getattr(getattr(resolver, "base_resolver", None), "wrapped_func", None)
            if iscoroutinefunction(wrapped) or isasyncgenfunction(wrapped):
                found.add(f"{name}.{field_name}")
    return found


def test_every_field_that_can_call_aws_has_a_price() -> None:
    assert waiting_fields() - FREE == set(PRICES)


QUERIES: Final = {
    "Query.account": f'{{ account(id: "{LAB}") {{ accountId }} }}',
    "Query.mover": f'{{ mover(account: "{LAB}", group: "g", name: "m-005") {{ name }} }}',
    "Account.groups": f'{{ account(id: "{LAB}") {{ groups {{ nodes {{ name }} }} }} }}',
    "Account.group": f'{{ account(id: "{LAB}") {{ group(name: "g") {{ name }} }} }}',
    "Account.orphans": f'{{ account(id: "{LAB}") {{ orphans {{ arn }} }} }}',
    "movers with everything": f"""{{ account(id: "{LAB}") {{ group(name: "g") {{
      movers(first: 20) {{ nodes {{ createdAt options {{ logLevel }} includes errorCode
        source {{ uri tags {{ key }} }} destination {{ uri tags {{ key }} }}
        lastRun {{ status }} currentRun {{ status }} runs(first: 2) {{ nodes {{ status }} }} }} }}
    }} }} }}""",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_no_answer_takes_more_calls_than_were_charged(
    aws: Sandbox, tmp_path: Path, query: str
) -> None:
    many(aws, 20)
    async with serving(tmp_path) as client:
        body = {"query": query, "extensions": {"cost": True}}
        answer: dict[str, Any] = (await client.post("/graphql", json=body)).json()
    assert "errors" not in answer, answer
    counts = aws.interceptor.counts()
    assumed = counts.pop("sts.AssumeRole", 0)
    counts.pop("sts.GetCallerIdentity", 0)  # at the start of the server
    cost = answer["extensions"]["cost"]
    assert assumed
    entered = query.startswith("{ account(")  # which is charged if it has to assume the role
    assert cost["usedCalls"] == sum(counts.values()) + entered
    assert 0 < cost["usedCalls"] <= cost["requestedCalls"]
