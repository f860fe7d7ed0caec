"""Global ids and cursors: any text has an answer, and none fails unexpectedly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.sandbox import Sandbox
from graph.schema.ids import encode, encode_cursor
from tests.world import LAB, furnish, made, serving, tell

KINDS = st.sampled_from(
    ["Account", "Group", "Mover", "Run", "Operation", "Location", "Query", "", ":"]
)
TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
KEYS = st.one_of(
    st.sampled_from(
        [
            LAB,
            "999999999999",
            "1" * 13,
            f"{LAB}:g",
            f"{LAB}:",
            f":{LAB}",
            f"{LAB}:a:b",
            TASK,
            TASK.replace("us-east-1", "eu-west-1"),
            TASK.replace("task/", "location/"),
            f"{TASK}/execution/exec-0123456789abcdef0",
            f"{TASK}/execution/",
            f"{TASK}/execution/exec-0123456789abcdef0/execution/exec-0123456789abcdef0",
            "arn:aws:datasync:us-east-1::task/x",
            "arn:::::",
            "é:é",
            "01234567-89ab-cdef-0123-456789abcdef",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=60),
)
IDS = st.one_of(
    st.tuples(KINDS, KEYS).map(lambda pair: encode(*pair)),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.text(st.sampled_from("aA0_-+/="), max_size=40),
)
LISTS = st.sampled_from(["operations", "audit", "movers:222222222222", "groups:222222222222"])
CURSORS = st.none() | st.tuples(LISTS, KEYS).map(lambda pair: encode_cursor(*pair)) | IDS
SIZES = st.none() | st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 102)
pytestmark = pytest.mark.timeout(240)
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Codes = Callable[..., set[str]]

NODES = """query($lab: AccountId!, $id: ID!, $key: String!) {
  node(id: $id) { id ... on Mover { lastRun { id } } ... on Group { movers { totalCount } } }
  nodes(ids: [$id, $id]) { id }
  operation(id: $id) { status }
  account(id: $lab) { group(name: $key) { name } }
  mover(account: $lab, group: $key, name: $key) { run(runId: $key) { id } }
}"""
PAGES = """query($lab: AccountId!, $mover: ID!, $first: Int!, $after: String) {
  account(id: $lab) {
    groups(first: $first, after: $after) { edges { cursor } }
    movers(first: $first, after: $after) { totalCount pageInfo { endCursor } }
  }
  node(id: $mover) { ... on Mover { runs(first: $first, after: $after) { nodes { id } } } }
}"""
FOLLOW = "subscription($id: ID!, $after: Int) { runProgress(run: $id, after: $after) { sequence } }"
WAIT = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"


@pytest.fixture
def codes(aws: Sandbox, tmp_path: Path) -> Iterator[Codes]:
    """Asks a server that lives for the whole test. Returns the codes of its errors."""
    furnish(aws, LAB)
    with asyncio.Runner() as runner:
        opened = serving(tmp_path)
        client = runner.run(opened.__aenter__())

        def ask(query: str, **variables: Any) -> set[str]:
            if query.startswith("subscription"):
                body = {"query": query, "variables": variables}
                accept = {"Accept": "text/event-stream"}
                text = runner.run(client.post("/graphql", json=body, headers=accept)).text
                assert text.endswith("event: complete\ndata:\n\n")
                return {part.partition('"')[0] for part in text.split('"code":"')[1:]}
            answer = runner.run(tell(client, query, lab=LAB, **variables))
            return {error["extensions"]["code"] for error in answer.get("errors", ())}

        try:
            ask.mover = runner.run(made(client))  # type: ignore[attr-defined]
            yield ask
        finally:
            runner.run(opened.__aexit__(None, None, None))


@FEW
@given(IDS, KEYS)
@example(encode("Account", LAB), "g")
def test_any_id_has_an_answer(codes: Codes, node_id: str, key: str) -> None:
    expected = {"INVALID", "NOT_FOUND", "ACCESS_DENIED"}
    assert codes(NODES, id=node_id, key=key) <= expected
    assert codes(WAIT, id=node_id) <= expected
    assert codes(FOLLOW, id=node_id, after=0) <= expected


@FEW
@given(SIZES, CURSORS)
@example(50, None)
@example(101, None)
def test_any_page_has_an_answer(codes: Codes, first: int | None, after: str | None) -> None:
    mover = codes.mover  # type: ignore[attr-defined]
    found = codes(PAGES, mover=mover, first=first, after=after)
    assert found <= {"INVALID", "GRAPHQL_INVALID", "TOO_COSTLY"}
    assert found or first is None or 0 <= first <= 100
