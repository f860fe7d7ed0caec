"""How many calls to AWS a search of movers costs, and that it is charged for no fewer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from graph.sandbox import Sandbox
from tests.schema.test_mover_search import SEARCH, search
from tests.test_call_counts import many, spent
from tests.world import LAB, serving

LISTS: Final = {"datasync.ListTasks": 1, "resourcegroupstaggingapi.GetResources": 1}
COLD: Final[list[tuple[dict[str, Any], dict[str, int]]]] = [
    ({"filter": {"nameContains": "m-01", "status": ["AVAILABLE"], "mode": ["BASIC"]}}, {}),
    ({"filter": {"tags": [{"key": "spinup:org"}], "group": "g"}}, {}),
    ({"orderBy": {"field": "STATUS"}}, {}),
    ({"filter": {"hasRun": False}}, {"datasync.ListTaskExecutions": 1}),
    ({"filter": {"lastOutcome": ["FAILED"]}}, {"datasync.ListTaskExecutions": 1}),
    ({"orderBy": {"field": "LAST_RUN_AT"}}, {"datasync.ListTaskExecutions": 1}),
    ({"filter": {"schedule": ["NONE"]}}, {"datasync.DescribeTask": 20}),
    ({"filter": {"schedule": ["NONE"], "nameContains": "m-01"}}, {"datasync.DescribeTask": 10}),
    ({"orderBy": {"field": "CREATED_AT"}}, {"datasync.DescribeTask": 20}),
    (
        {"filter": {"locationKind": ["S3"]}},
        {"datasync.DescribeTask": 20, "datasync.DescribeLocationS3": 2},
    ),
]


@pytest.mark.parametrize(("given", "more"), COLD)
async def test_a_search_costs_what_it_asks_for_and_no_more_than_its_price(
    aws: Sandbox, tmp_path: Path, given: dict[str, Any], more: dict[str, int]
) -> None:
    many(aws, 20)
    async with serving(tmp_path) as client:
        spent(aws)
        body = {"query": SEARCH, "variables": given, "extensions": {"cost": True}}
        answer = (await client.post("/graphql", json=body)).json()
        assert "errors" not in answer, answer
        assert spent(aws) == LISTS | more
        cost = answer["extensions"]["cost"]
        of_the_role = 1
        used = sum((LISTS | more).values()) + of_the_role
        assert cost["usedCalls"] == used <= cost["requestedCalls"]
        page = answer["data"]["account"]["movers"]["pageInfo"]["endCursor"]
        if page:
            await search(client, **given, after=page)
            runs = {name: count for name, count in more.items() if name.endswith("Executions")}
            assert spent(aws) == runs  # nothing that was read for the page before


async def test_a_summary_costs_what_its_fields_ask_for(aws: Sandbox, tmp_path: Path) -> None:
    many(aws, 20)
    costs = {
        "movers running": {},
        "neverRan": {"datasync.ListTaskExecutions": 1},
        "movers failedLast neverRan": {"datasync.ListTaskExecutions": 1},
        "disabledSchedules": {"datasync.DescribeTask": 20},
    }
    for selection, more in costs.items():
        async with serving(tmp_path) as client:
            spent(aws)
            query = f'{{ account(id: "{LAB}") {{ summary {{ {selection} }} }} }}'
            body = {"query": query, "extensions": {"cost": True}}
            cost = (await client.post("/graphql", json=body)).json()["extensions"]["cost"]
            assert spent(aws) == LISTS | more, selection
            assert cost["usedCalls"] <= cost["requestedCalls"]
