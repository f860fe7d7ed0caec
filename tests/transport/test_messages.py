"""The messages of graphql-transport-ws: which are malformed, and how ours are framed."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport.messages import frame, problem_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
TYPES = st.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete", "next", ""])


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "connection_init", "payload": {"any": ["thing"]}},
        {"type": "ping", "payload": 7},
        {"type": "subscribe", "id": "1", "payload": {"query": ""}},
        {"type": "subscribe", "id": "é" * 128, "payload": {"query": "{ a }", "more": 1}},
        {"type": "complete", "id": "never begun"},
        {"type": "unknown"},
    ],
)
def test_a_message_of_the_right_shape_has_no_problem(message: dict[str, Any]) -> None:
    assert problem_of(message) is None


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ([], "Invalid message"),
        ({}, "Invalid message"),
        ({"type": None}, "Invalid message"),
        ({"type": ["subscribe"]}, "Invalid message"),
        ({"type": "subscribe", "payload": {"query": "{ a }"}}, "Invalid id"),
        ({"type": "complete"}, "Invalid id"),
        ({"type": "complete", "id": ""}, "Invalid id"),
        ({"type": "complete", "id": 1}, "Invalid id"),
        ({"type": "complete", "id": "é" * 129}, "Invalid id"),
        ({"type": "connection_init", "payload": []}, "Invalid connection init payload"),
        ({"type": "subscribe", "id": "1"}, "Invalid subscribe payload"),
        ({"type": "subscribe", "id": "1", "payload": "{ a }"}, "Invalid subscribe payload"),
        (
            {"type": "subscribe", "id": "1", "payload": {"variables": 1}},
            "`variables` must be an object or null.",
        ),
        ({"type": "subscribe", "id": "1", "payload": {"query": 1}}, "`query` must be a string."),
    ],
)
def test_a_malformed_message_has_its_problem(message: Any, problem: str) -> None:
    assert problem_of(message) == problem


@given(JSON | st.fixed_dictionaries({"type": TYPES}, optional={"id": JSON, "payload": JSON}))
def test_any_message_is_judged(message: Any) -> None:
    problem = problem_of(message)
    assert problem is None or len(problem.encode()) <= 123  # what fits into a close frame


@given(st.text(st.characters(codec="utf-8")), st.none() | JSON.map(orjson.dumps))
def test_a_frame_is_the_json_of_its_message(operation_id: str, payload: bytes | None) -> None:
    expected: dict[str, Any] = {"id": operation_id, "type": "next"}
    if payload is not None:
        expected["payload"] = orjson.loads(payload)
    assert json.loads(frame(operation_id, "next", payload)) == expected
