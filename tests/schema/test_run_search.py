"""Searching the runs of a mover, against a plain reading of the sandbox's state."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from graph.aws import latest_executions
from graph.resolvers import run_search
from graph.sandbox import Sandbox
from graph.sandbox.failures import Failure
from tests.operations.by_hand import backend, by_hand
from tests.test_call_counts import spent
from tests.world import LAB, ask, furnish, serving, tell

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
RUNS: Final = 20
SEARCH: Final = """query($filter: RunFilter, $orderBy: RunOrder, $first: Int, $after: String,
  $last: Int, $before: String) { mover(account: "222222222222", group: "g", name: "one") {
  runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last,
    before: $before) { totalCount nodes { executionArn }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest_asyncio.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A mover with runs that ended in each way, two of them at one time, and two that have not."""
    chance = random.Random(3)  # noqa: S311 - a test
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1, phase=0)
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    task = by_hand("g", (role, role))
    aws.turn(0)
    for number in range(RUNS):
        execution = backend().start_task_execution({"TaskArn": task.arn})
        execution.created = EPOCH + timedelta(hours=number - (number == 5))
        if number < RUNS - 2:
            aws.turn(60)
            if chance.random() < 0.6:
                execution.transfer.status = "ERROR"
                execution.transfer.failure = Failure("Broken", "It broke.")
                execution.transfer.phases = chance.choice([{}, execution.transfer.phases])
    async with serving(tmp_path) as client:
        yield client


def outcome(execution: Any) -> str | None:
    if execution.transfer.ended is None:
        return None
    if execution.transfer.status == "ERROR":
        return "PARTIAL" if execution.transfer.phases else "FAILED"
    return "SUCCEEDED"


def expected(wanted: dict[str, Any], *, ascending: bool = False) -> list[str]:
    """The oracle: a filter as a reader of its descriptions understands it."""
    tests: dict[str, Any] = {
        "status": lambda run, words: run.transfer.status in words,
        "outcome": lambda run, outcomes: outcome(run) in outcomes,
        "since": lambda run, time: run.created >= datetime.fromisoformat(time),
        "until": lambda run, time: run.created < datetime.fromisoformat(time),
    }
    found = [
        run
        for run in backend().executions.values()
        if all(tests[name](run, value) for name, value in wanted.items())
    ]
    return [run.arn for run in (found if ascending else found[::-1])]


def hour(number: float) -> str:
    return (EPOCH + timedelta(hours=number)).isoformat()


FILTERS: Final[dict[str, Any]] = {
    "status": [["SUCCESS"], ["ERROR"], ["QUEUED", "LAUNCHING"], [], ["OTHER"]],
    "outcome": [["SUCCEEDED"], ["FAILED", "PARTIAL"], ["CANCELLED"], []],
    "since": [hour(-1), hour(4), hour(4.5), hour(17), hour(40)],
    "until": [hour(-1), hour(4), hour(12.5), hour(19), hour(40)],
}


async def search(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(client, SEARCH, **given))["mover"]["runs"]
    return found


async def walk(client: httpx.AsyncClient, size: int, *, back: bool, **given: Any) -> list[str]:
    found: list[str] = []
    cursor, more = None, True
    while more:
        page = {"last": size, "before": cursor} if back else {"first": size, "after": cursor}
        shown = await search(client, **given, **page)
        arns = [node["executionArn"] for node in shown["nodes"]]
        found = arns + found if back else found + arns
        info = shown["pageInfo"]
        cursor = info["startCursor" if back else "endCursor"]
        more = info["hasPreviousPage" if back else "hasNextPage"]
    return found


async def test_every_member_of_a_filter_selects_what_it_says(client: httpx.AsyncClient) -> None:
    for name, values in FILTERS.items():
        for value in values:
            found = await search(client, filter={name: value}, first=100)
            arns = [node["executionArn"] for node in found["nodes"]]
            assert arns == expected({name: value}), (name, value)
            assert found["totalCount"] == len(arns)


async def test_filters_combine_with_both_orders_and_every_page(client: httpx.AsyncClient) -> None:
    chance = random.Random(1)  # noqa: S311 - a test
    for _ in range(25):
        names = chance.sample(sorted(FILTERS), chance.choice([0, 1, 2, 3]))
        wanted = {name: chance.choice(FILTERS[name]) for name in names}
        direction, size = chance.choice([None, "ASC", "DESC"]), chance.choice([3, 100])
        order = direction and {"direction": direction}
        found = await walk(client, size, back=chance.random() < 0.5, filter=wanted, orderBy=order)
        assert found == expected(wanted, ascending=direction == "ASC"), (wanted, order)


async def test_a_cursor_of_another_filter_or_order_is_rejected(client: httpx.AsyncClient) -> None:
    cursor = (await search(client, first=1))["pageInfo"]["endCursor"]
    others: list[dict[str, Any]] = [
        {"orderBy": {"direction": "ASC"}},
        {"filter": {"status": ["ERROR"]}},
        {"filter": {"since": hour(0)}},
    ]
    for other in others:
        (error,) = (await tell(client, SEARCH, **other, after=cursor))["errors"]
        assert error["message"].startswith("'after' is not a cursor of this list")
        assert error["extensions"]["argument"] == ["after"]
    assert (await search(client, orderBy={}, after=cursor))["nodes"]


@pytest.mark.parametrize(
    ("given", "most"),
    [
        ({"status": ["ERROR"]}, 2),
        ({"since": hour(3.5), "until": hour(5.5)}, 2 + 10),
        ({"outcome": ["FAILED"]}, 2 + 18),
        ({"outcome": ["FAILED"], "since": hour(14)}, 2 + 5 + 4),
    ],
)
async def test_a_search_reads_no_more_runs_than_it_has_to(
    client: httpx.AsyncClient, aws: Sandbox, given: dict[str, Any], most: int
) -> None:
    await search(client, first=0)
    spent(aws)
    for described in (most, 2):  # the second time, ended runs are remembered
        body = {
            "query": SEARCH,
            "variables": {"filter": given, "first": 0},
            "extensions": {"cost": True},
        }
        cost = (await client.post("/graphql", json=body)).json()["extensions"]["cost"]
        counts = spent(aws)
        assert counts.get("datasync.DescribeTaskExecution", 0) <= described
        assert cost["usedCalls"] == sum(counts.values()) <= cost["requestedCalls"]


MANY: Final = """query($filter: RunFilter, $orderBy: RunOrder, $first: Int, $after: String,
  $last: Int, $before: String) { account(id: "222222222222") { list: runs(filter: $filter,
    orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { executionArn } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }"""
OF_GROUP: Final = MANY.replace("{ list: runs", '{ group(name: "g") { list: runs') + " }"


def add_movers(aws: Sandbox) -> None:
    """More runs, in the group and in another, some of them at the same times."""
    role = f"arn:aws:iam::{LAB}:role/reads"
    for name, group in (("two", "g"), ("three", "h")):
        task = by_hand(group, (role, role), name=name)
        for number in range(4):
            execution = backend().start_task_execution({"TaskArn": task.arn})
            execution.created = EPOCH + timedelta(hours=5 * number)
            if number < 3:
                aws.turn(60)


def of_many(wanted: dict[str, Any], groups: str, *, ascending: bool) -> list[str]:
    """The oracle for the runs of all movers of some groups."""
    runs = [backend().executions[arn] for arn in expected(wanted)]
    runs = [run for run in runs if run.task.tags["spinup:spaceid"] in groups]
    runs.sort(key=lambda run: run.arn)
    runs.sort(key=lambda run: run.created, reverse=True)
    arns = [run.arn for run in runs]
    return arns[::-1] if ascending else arns


@pytest.mark.parametrize(("query", "groups"), [(MANY, "gh"), (OF_GROUP, "g")])
async def test_the_runs_of_all_movers_are_searched_together(
    client: httpx.AsyncClient, aws: Sandbox, query: str, groups: str
) -> None:
    add_movers(aws)
    chance = random.Random(2)  # noqa: S311 - a test
    for _ in range(15):
        names = chance.sample(sorted(FILTERS), chance.choice([0, 1, 2]))
        wanted = {name: chance.choice(FILTERS[name]) for name in names}
        direction = chance.choice(["ASC", "DESC"])
        found: list[str] = []
        cursor, more = None, True
        while more:
            given = {"filter": wanted, "orderBy": {"direction": direction}}
            data = (await ask(client, query, **given, first=7, after=cursor))["account"]
            page = data.get("group", data)["list"]
            found += [node["executionArn"] for node in page["nodes"]]
            cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert found == of_many(wanted, groups, ascending=direction == "ASC"), wanted
        assert page["totalCount"] == len(found)


async def test_runs_that_are_active_are_found_without_reading_the_others(
    client: httpx.AsyncClient, aws: Sandbox
) -> None:
    spent(aws)
    active = {"status": ["QUEUED", "LAUNCHING", "TRANSFERRING"]}
    body = {"query": MANY, "variables": {"filter": active}, "extensions": {"cost": True}}
    answer = (await client.post("/graphql", json=body)).json()
    assert answer["data"]["account"]["list"]["totalCount"] == 2
    counts = spent(aws)
    assert counts["datasync.DescribeTaskExecution"] == 2
    cost = answer["extensions"]["cost"]
    of_the_role = 1
    assert cost["usedCalls"] == sum(counts.values()) + of_the_role <= cost["requestedCalls"]


async def test_runs_of_an_account_that_has_too_many_for_one_list_are_found(
    client: httpx.AsyncClient, aws: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_movers(aws)
    expected = (await ask(client, MANY))["account"]
    monkeypatch.setattr(latest_executions, "_PAGES", 0)
    body = {"query": MANY, "extensions": {"cost": True}}
    answer = (await client.post("/graphql", json=body)).json()
    assert answer["data"]["account"] == expected
    cost = answer["extensions"]["cost"]
    assert 3 < cost["usedCalls"] <= cost["requestedCalls"]


async def test_too_many_runs_are_not_searched_together(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_search, "_MOST", 3)
    (error,) = (await tell(client, MANY))["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("QUOTA_EXCEEDED", ["account", "list"])
    assert (await search(client))["totalCount"] == RUNS
