"""Execution on graphql-core's public functions."""

from __future__ import annotations

import gc
import tracemalloc

from graph.transport.execution import executor
from graph.transport.execution.request import OperationRequest
from tests.transport.small import SCHEMA, Context, execute


def asked(query: str) -> OperationRequest:
    return OperationRequest(query, {}, None, "w", "r")


async def test_a_long_subscription_does_not_grow() -> None:
    request, seen = asked("subscription { count(to: 5000) }"), 0
    operation = SCHEMA.prepare(request)
    stream = executor.subscribe(SCHEMA, operation, request, Context("w", "r"))
    tracemalloc.start()
    try:
        baseline = 0
        async for _ in stream:
            seen += 1
            if seen == 1000:
                gc.collect()
                baseline = tracemalloc.get_traced_memory()[0]
            if seen == 5000:
                break
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - baseline
    finally:
        tracemalloc.stop()
        await stream.aclose()
    assert grown < 4000 * 50


async def test_each_event_is_executed_with_the_context_that_its_subscription_prepares() -> None:
    request = asked("subscription { own(to: 4) { context } }")
    stream = executor.subscribe(SCHEMA, SCHEMA.prepare(request), request, Context("w", "r-1"))
    seen = [(result.data or {})["own"]["context"] async for result in stream]
    assert seen == ["r-1"] * 4


async def test_a_request_error_has_no_data_and_a_field_error_has() -> None:
    refused = await execute("query($n: Int!) { hello(first: $n) }")
    assert refused.formatted().keys() == {"errors"}
    failed = await execute("{ broken }")
    assert failed.formatted()["data"] == {"broken": None}
    null = await execute("{ never }")
    assert null.formatted()["data"] is None
    assert null.executed
