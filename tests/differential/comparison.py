"""Executes a document with plans and without, and compares the results."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import Any

from graphql import execute_root_selection_set
from prometheus_client import REGISTRY

from graph.transport.execution.executor import _executor
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.schema import Schema

Shown = tuple[str, list[tuple[str, str, str]]]


def compare(schema: Schema, text: str, variables: dict[str, Any], context: object) -> Shown:
    """The result, which is the same by both. Raises RequestError for an invalid document."""
    request = OperationRequest(text, variables, None, "somebody", "r")
    schema.prepare(request)
    return asyncio.run(_compared(schema, request, context))


async def _compared(schema: Schema, request: OperationRequest, context: object) -> Shown:
    first = await _executed(schema, request, context)
    for _ in range(2):  # the second compiles, the third finds what has been compiled
        again = await _executed(schema, request, context)
        assert again == first, (request.query, request.variables, again, first)
    return first


async def _executed(schema: Schema, request: OperationRequest, context: object) -> Shown:
    operation = schema.prepare(request)
    executor = _executor(schema, operation, request.variables, context)
    if isinstance(executor, list):
        return "", [(error.message, "", "") for error in executor]
    with executor.planned():
        result: Any = execute_root_selection_set(executor)
        if isawaitable(result):
            result = await result
    errors = [(e.message, repr(e.path), repr(e.locations)) for e in result.errors or ()]
    # ``repr`` shows the order of the keys, and tells 1 from True and 1.0.
    return repr(result.data), errors


def completed(outcome: str = "compiled") -> float:
    """How many values had this outcome so far."""
    labels = {"outcome": outcome}
    name = "datasync_api_graphql_planned_values_total"
    return REGISTRY.get_sample_value(name, labels) or 0.0
