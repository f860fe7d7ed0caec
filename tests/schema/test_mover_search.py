"""Searching movers: any filter, order and page against a plain reading of the sandbox's state."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from graph.sandbox import Sandbox
from graph.sandbox.failures import Failure
from tests.operations.by_hand import backend, by_hand
from tests.world import LAB, ask, furnish, serving, tell

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
KINDS: Final = [("S3", "S3"), ("S3", "NFS"), ("SMB", "S3"), ("HDFS", "S3"), ("S3", "S3")]
SCHEDULES: Final = [None, None, "ENABLED", "DISABLED"]
SEARCH: Final = """query($filter: MoverFilter, $orderBy: MoverOrder, $first: Int, $after: String,
  $last: Int, $before: String) { account(id: "222222222222") {
  movers(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last,
    before: $before) {
    totalCount nodes { taskArn } edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
SUMMARY: Final = "summary { movers running failedLast neverRan disabledSchedules }"


def furnish_with_movers(aws: Sandbox) -> None:
    """Movers of all sorts, with equal names, times and statuses among them."""
    chance = random.Random(7)  # noqa: S311 - a test
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1, phase=0)
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    for number in range(30):
        kinds = KINDS[number % len(KINDS)]
        name = f"{chance.choice(['photo', 'Video', 'x'])}-{number % 12}"
        task = by_hand(chance.choice("gh"), (role, role), kinds, name=name)
        task.created = EPOCH + timedelta(hours=chance.randrange(4))
        task.tags |= {"team": chance.choice(["red", "blue"])} if chance.random() < 0.7 else {}
        status = chance.choice(SCHEDULES)
        if status:
            task.settings["Schedule"] = {"ScheduleExpression": "rate(1 day)", "Status": status}
    _run_some(aws, chance)
    for task in backend().tasks.values():
        task.mode = chance.choice(["BASIC", "ENHANCED"])


def _run_some(aws: Sandbox, chance: random.Random) -> None:
    aws.turn(0)
    tasks = [task for task in backend().tasks.values() if set(ends(task)) == {"S3"}]
    for task in chance.sample(tasks, 8):
        execution = backend().start_task_execution({"TaskArn": task.arn})
        execution.created = EPOCH + timedelta(days=chance.randrange(3))
        aws.turn(60)
        if chance.random() < 0.7:
            execution.transfer.status = "ERROR"
            execution.transfer.failure = Failure("Broken", "It broke.")
            execution.transfer.phases = chance.choice([{}, execution.transfer.phases])
    for task in chance.sample(tasks, 2):
        execution = backend().start_task_execution({"TaskArn": task.arn})
        execution.created = EPOCH + timedelta(days=10)
    aws.break_task(tasks[0].arn, "AgentOffline", "The agent is offline.")


def ends(task: Any) -> list[str]:
    return [task.source.kind, task.destination.kind]


def outcome(task: Any) -> str | None:
    if task.latest is None or task.latest.transfer.ended is None:
        return None
    if task.latest.transfer.status == "ERROR":
        return "PARTIAL" if task.latest.transfer.phases else "FAILED"
    return "SUCCEEDED"


def schedule(task: Any) -> str:
    given = task.settings.get("Schedule")
    return str(given["Status"]) if given else "NONE"


def matches(task: Any, wanted: dict[str, Any]) -> bool:
    """The oracle: a filter as a reader of its descriptions understands it."""
    tests: dict[str, Any] = {
        "nameContains": lambda text: text.lower() in task.name.lower(),
        "group": lambda group: task.tags["spinup:spaceid"] == group,
        "status": lambda words: task.status in words,
        "mode": lambda words: task.mode in words,
        "tags": lambda tags: all(
            tag["key"] in task.tags and tag.get("value") in (None, task.tags[tag["key"]])
            for tag in tags
        ),
        "locationKind": lambda kinds: bool(set(ends(task)) & set(kinds)),
        "lastOutcome": lambda outcomes: outcome(task) in outcomes,
        "hasRun": lambda has_run: (task.latest is not None) == has_run,
        "schedule": lambda states: schedule(task) in states,
    }
    return all(bool(tests[name](value)) for name, value in wanted.items())


def value_of(task: Any, field: str) -> Any:
    if field == "LAST_RUN_AT":
        return None if task.latest is None else task.latest.created
    return {"NAME": task.name, "CREATED_AT": task.created, "STATUS": task.status}[field]


def expected(wanted: dict[str, Any], order: dict[str, str] | None) -> list[str]:
    """The tasks that a search has to find, in order."""
    field, direction = (order or {}).get("field", "NAME"), (order or {}).get("direction", "ASC")
    found = [task for task in backend().tasks.values() if matches(task, wanted)]
    found.sort(key=lambda task: (task.name, task.arn))
    having = [task for task in found if value_of(task, field) is not None]
    having.sort(key=lambda task: value_of(task, field), reverse=direction == "DESC")
    return [task.arn for task in (*having, *(task for task in found if task not in having))]


FILTERS: Final[dict[str, Any]] = {
    "nameContains": ["PHOTO", "1", "video-", "nothing"],
    "group": ["g", "h", "i"],
    "status": [["AVAILABLE"], ["RUNNING", "UNAVAILABLE"], [], ["OTHER"]],
    "mode": [["BASIC"], ["ENHANCED"], ["BASIC", "ENHANCED"]],
    "tags": [[{"key": "team"}], [{"key": "team", "value": "red"}], [], [{"key": "x"}]],
    "locationKind": [["NFS"], ["S3"], ["SMB", "HDFS"], ["EFS"]],
    "lastOutcome": [["SUCCEEDED"], ["FAILED"], ["PARTIAL", "SUCCEEDED"]],
    "hasRun": [True, False],
    "schedule": [["NONE"], ["ENABLED", "DISABLED"], ["DISABLED"]],
}
ORDERS: Final = [
    {"field": field, "direction": direction}
    for field in ("NAME", "CREATED_AT", "STATUS", "LAST_RUN_AT")
    for direction in ("ASC", "DESC")
]


@pytest_asyncio.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    furnish_with_movers(aws)
    async with serving(tmp_path) as client:
        yield client


async def search(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(client, SEARCH, **given))["account"]["movers"]
    return found


async def walk(client: httpx.AsyncClient, size: int, *, back: bool, **given: Any) -> list[str]:
    """All pages of a list, from its beginning or from its end."""
    found: list[str] = []
    cursor = None
    while True:
        page = {"last": size, "before": cursor} if back else {"first": size, "after": cursor}
        shown = await search(client, **given, **page)
        arns = [node["taskArn"] for node in shown["nodes"]]
        found = arns + found if back else found + arns
        info = shown["pageInfo"]
        assert info["hasPreviousPage" if not back else "hasNextPage"] == (cursor is not None)
        if not info["hasPreviousPage" if back else "hasNextPage"]:
            return found
        cursor = info["startCursor" if back else "endCursor"]


async def test_every_member_of_a_filter_selects_what_it_says(client: httpx.AsyncClient) -> None:
    for name, values in FILTERS.items():
        for value in values:
            found = await search(client, filter={name: value}, first=100)
            arns = [node["taskArn"] for node in found["nodes"]]
            assert arns == expected({name: value}, None), (name, value)
            assert found["totalCount"] == len(arns)


@pytest.mark.parametrize("seed", range(3))
async def test_filters_combine_with_every_order_and_page(
    client: httpx.AsyncClient, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test
    for _ in range(12):
        names = chance.sample(sorted(FILTERS), chance.choice([0, 1, 1, 2, 3]))
        wanted = {name: chance.choice(FILTERS[name]) for name in names}
        order = chance.choice([None, *ORDERS])
        size, back = chance.choice([3, 7, 100]), chance.random() < 0.5
        found = await walk(client, size, back=back, filter=wanted, orderBy=order)
        assert found == expected(wanted, order), (wanted, order)


async def test_each_order_is_the_same_read_forwards_and_backwards(
    client: httpx.AsyncClient,
) -> None:
    for order in ORDERS:
        forwards = await walk(client, 7, back=False, orderBy=order)
        assert forwards == await walk(client, 7, back=True, orderBy=order)
        assert forwards == expected({}, order), order


async def test_a_summary_counts_what_the_filters_select(client: httpx.AsyncClient) -> None:
    selected: dict[str, dict[str, Any]] = {
        "movers": {},
        "running": {"status": ["RUNNING"]},
        "failedLast": {"lastOutcome": ["FAILED"]},
        "neverRan": {"hasRun": False},
        "disabledSchedules": {"schedule": ["DISABLED"]},
    }
    query = f'{{ account(id: "{LAB}") {{ {SUMMARY} group(name: "g") {{ {SUMMARY} }} }} }}'
    account = (await ask(client, query))["account"]
    for shown, more in ((account["summary"], {}), (account["group"]["summary"], {"group": "g"})):
        assert shown == {n: len(expected(w | more, None)) for n, w in selected.items()}
    assert all(account["summary"].values())


async def test_a_group_is_searched_like_its_account(client: httpx.AsyncClient) -> None:
    query = """query($filter: MoverFilter, $orderBy: MoverOrder) { account(id: "222222222222") {
      group(name: "g") { movers(filter: $filter, orderBy: $orderBy) { nodes { taskArn } } } } }"""
    filters: list[dict[str, Any]] = [{}, {"group": "h"}, {"mode": ["BASIC"]}]
    for wanted in filters:
        data = await ask(client, query, filter=wanted, orderBy=ORDERS[3])
        found = [node["taskArn"] for node in data["account"]["group"]["movers"]["nodes"]]
        both = expected(wanted, ORDERS[3])
        assert found == [arn for arn in both if arn in expected({"group": "g"}, None)]


async def test_a_page_of_nothing_has_the_count(client: httpx.AsyncClient) -> None:
    for size in ({"first": 0}, {"last": 0}):
        found = await search(client, **size)
        assert (found["nodes"], found["totalCount"]) == ([], 30)
        info = found["pageInfo"]
        assert info["hasNextPage"] == ("first" in size)
        assert info["hasPreviousPage"] == ("last" in size)
        assert info["endCursor"] is None


async def test_a_cursor_stays_valid_after_its_mover_is_gone(client: httpx.AsyncClient) -> None:
    for order in ORDERS:
        before = expected({}, order)
        page = await search(client, first=5, orderBy=order)
        gone = page["nodes"][-1]["taskArn"]
        task = backend().tasks.pop(gone)
        try:
            for further in ({"after": page["pageInfo"]["endCursor"]}, {}):
                rest = await search(client, first=100, orderBy=order, **further)
                assert [node["taskArn"] for node in rest["nodes"]] == (
                    before[5:] if further else [arn for arn in before if arn != gone]
                )
        finally:
            backend().tasks[gone] = task


WRONG: Final[list[tuple[dict[str, Any], str]]] = [
    ({"first": -1}, "'first' must be between 0 and 100, not -1."),
    ({"first": 101}, "'first' must be between 0 and 100, not 101."),
    ({"last": 101}, "'last' must be between 0 and 100, not 101."),
    ({"first": 10, "last": 10}, "Give either 'first' or 'last', not both."),
    ({"before": "x"}, "'before' is not a cursor of this list"),
    (
        {"filter": {"nameContains": "\0"}},
        "'nameContains' must be at most 256 printable characters.",
    ),
    ({"filter": {"group": "x" * 257}}, "'group' must be at most 256 printable characters."),
    ({"filter": {"tags": [{"key": "x"}] * 51}}, "'tags' may have at most 50 items, not 51."),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
async def test_a_wrong_argument_is_named(
    aws: Sandbox, tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        (error,) = (await tell(client, SEARCH, **given))["errors"]
    assert error["message"].startswith(message)
    assert error["extensions"]["code"] == "INVALID"


async def test_a_cursor_of_another_filter_or_order_is_rejected(client: httpx.AsyncClient) -> None:
    first = {"first": 1}
    lists: list[dict[str, Any]] = [
        {},
        *({"orderBy": order} for order in ORDERS[1:]),
        {"filter": {"mode": ["BASIC"]}},
        {"filter": {"mode": ["ENHANCED"]}},
    ]
    cursors = [(await search(client, **first, **each))["pageInfo"]["endCursor"] for each in lists]
    for index, each in enumerate(lists):
        for other, cursor in enumerate(cursors):
            answer = await tell(client, SEARCH, **first, **each, after=cursor)
            assert ("errors" not in answer) == (index == other), (each, lists[other])
