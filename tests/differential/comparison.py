"""Executes a document with plans and without, and compares the results."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext
from inspect import isawaitable
from typing import Any, get_args
from unittest.mock import patch

from graphql import GraphQLError, execute_root_selection_set

from graph.observability.metrics import GRAPHQL_VALUES
from graph.transport.execution import executor
from graph.transport.execution.executor import subscribe
from graph.transport.execution.plans.outcomes import Reason
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.schema import Schema

Shown = tuple[str, list[tuple[str, str, str]]]


def compare(schema: Schema, text: str, variables: dict[str, Any], context: object) -> Shown:
    """The result, which is the same by both. Raises RequestError for an invalid document."""
    request = OperationRequest(text, variables, None, "somebody", "r")
    schema.prepare(request)
    return asyncio.run(_compared(schema, request, context))


async def _compared(schema: Schema, request: OperationRequest, context: object) -> Shown:
    first, batches = await _executed(schema, request, context), loaded(context)
    loads_in_batches = hasattr(context, "batches")
    for _ in range(2):  # the second compiles, the third finds what has been compiled
        left = _left_to_core() if loads_in_batches else 0.0
        again = await _executed(schema, request, context)
        told = (request.query, request.variables, again, first)
        assert again[0] == first[0], told
        if not loads_in_batches:
            # The errors of fields that load come in the order of time.
            in_order = sorted if getattr(context, "loads", False) else list
            assert in_order(again[1]) == in_order(first[1]), told
        elif _left_to_core() == left:
            assert sorted(again[1]) == sorted(first[1]), told
            if not first[1]:  # after an error, what is still loaded is a matter of time
                assert _keys(loaded(context)) == _keys(batches), told
                # One of several values may load a turn of the event loop after the others.
                assert len(loaded(context)) <= 2 * len(batches), told
        else:  # so is which error comes first
            assert bool(again[1]) == bool(first[1]), told
    return first


def _left_to_core() -> float:
    """How many values plans have left to graphql-core so far."""
    return sum(number for outcome, number in _outcomes().items() if outcome in get_args(Reason))


def loaded(context: object) -> list[list[str]]:
    """What an execution has loaded, by batches."""
    batches: list[list[str]] = getattr(context, "batches", [])
    return batches


def _keys(batches: list[list[str]]) -> list[str]:
    return sorted(key for batch in batches for key in batch)


async def _executed(schema: Schema, request: OperationRequest, context: object) -> Shown:
    begin = getattr(context, "begin", None)
    if begin is not None:
        begin()
    operation = schema.prepare(request)
    built = executor._executor(schema, operation, request.variables, context)
    if isinstance(built, list):
        return _shown(None, built)
    with built.plans or nullcontext():
        result: Any = execute_root_selection_set(built)
        if isawaitable(result):
            result = await result
    return _shown(result.data, result.errors or ())


def _shown(data: object, errors: Iterable[GraphQLError]) -> Shown:
    # ``repr`` shows the order of the keys, and tells 1 from True and 1.0.
    return repr(data), [(e.message, repr(e.path), repr(e.locations)) for e in errors]


def compare_events(schema: Schema, text: str, variables: dict[str, Any], context: object) -> None:
    """The first event is executed without plans, the others are the same."""
    request = OperationRequest(text, variables, None, "somebody", "r")
    first, *others = asyncio.run(_events(schema, request, context))
    assert all(other == first for other in others), (text, variables, first, others)


async def _events(schema: Schema, request: OperationRequest, context: object) -> list[Shown]:
    operation = schema.prepare(request)
    with patch.object(executor, "shown", lambda errors, _code_of, _request_id: errors):
        results = subscribe(schema, operation, request, context)
        return [_shown(result.data, result.errors) async for result in results]


def completed(outcome: str = "compiled") -> float:
    """How many values had this outcome so far."""
    return _outcomes().get(outcome, 0.0)


def _outcomes() -> dict[str, float]:
    # Not from the registry, which collects all metrics of the process each time.
    (family,) = GRAPHQL_VALUES.collect()
    totals = (each for each in family.samples if each.name.endswith("_total"))
    return {each.labels["outcome"]: each.value for each in totals}
