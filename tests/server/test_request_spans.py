"""One trace from a request to its calls to AWS, also if another process ends what it began."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from graph.sandbox import Sandbox
from tests.observability.traces import PARENT, TRACE, TRACEPARENT, id_of, kept, parent_of, trace_of
from tests.operations.crash import Point, all_standing, stop_at
from tests.world import CREATE, KEY, LAB, TOKEN, ask, ended, furnish, new_mover, serving


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return kept(monkeypatch)


def named(sent: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in sent.get_finished_spans()}


async def begin(client: httpx.AsyncClient) -> str:
    """Accepts a create in the trace of its client; returns the id of the operation."""
    body = {"query": CREATE, "variables": {"input": new_mover()}}
    answer = await client.post("/graphql", json=body, headers=TRACEPARENT)
    return str(answer.json()["data"]["createMover"]["operation"]["id"])


async def test_one_trace_leads_from_a_mutation_to_its_calls(
    aws: Sandbox, tmp_path: Path, sent: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "graph.server.access_log")
    furnish(aws, LAB)
    async with serving(tmp_path, tracing=True) as client:
        operation = await begin(client)
        assert (await ended(client, operation))["status"] == "COMPLETED"
    of_trace = [span for span in sent.get_finished_spans() if trace_of(span) == TRACE]
    by_id = {id_of(span): span for span in of_trace}
    names = {span.name: span for span in of_trace}
    assert parent_of(names["POST /graphql"]) == PARENT

    def path(span: ReadableSpan) -> list[str]:
        """From a span up to the request."""
        found = [span.name]
        while (parent := parent_of(span)) in by_id:
            span = by_id[str(parent)]
            found.append(span.name)
        return found

    requested = ["mutation createMover", "POST /graphql"]
    for call in ("DataSync.CreateTask", "DataSync.CreateLocationS3", "IAM.CreateRole"):
        assert path(names[call]) == [call, "step make", "operation CREATE_MOVER", *requested], path(
            names[call]
        )
    assert "store transaction" in names
    request = names["POST /graphql"].attributes
    assert request is not None
    line = caplog.records[0].getMessage()
    assert f"request_id={request['request.id']!s} trace_id={TRACE}" in line
    written = "".join(span.to_json() for span in sent.get_finished_spans())
    assert TOKEN not in written
    assert KEY not in written
    assert "from-222222222222" not in written  # no variable of a document


async def test_the_next_server_continues_the_trace_of_an_operation(
    aws: Sandbox, tmp_path: Path, sent: InMemorySpanExporter
) -> None:
    furnish(aws, LAB)
    stop_at(aws, LAB, Point("CreateTask", 0, "gate"))
    async with serving(tmp_path, tracing=True, drain_seconds=0) as client:
        operation = await begin(client)
        assert await asyncio.to_thread(all_standing, aws, 1)
    first = named(sent)
    stopped = first["step make"]
    assert trace_of(stopped) == TRACE
    assert stopped.attributes is not None
    assert stopped.attributes["error.type"] == "CancelledError"
    sent.clear()
    aws.interceptor.clear()
    async with serving(tmp_path, tracing=True) as client:
        assert (await ended(client, operation))["status"] == "COMPLETED"
    second = named(sent)
    for name in ("operation CREATE_MOVER", "step make"):
        assert trace_of(second[name]) == TRACE
    calls = [
        span for span in sent.get_finished_spans() if parent_of(span) == id_of(second["step make"])
    ]
    assert any(span.name.startswith("DataSync.") for span in calls)
    assert parent_of(second["operation CREATE_MOVER"]) == id_of(first["mutation createMover"])


async def test_an_operation_of_a_server_without_tracing_has_a_trace_of_its_own(
    aws: Sandbox, tmp_path: Path, sent: InMemorySpanExporter
) -> None:
    furnish(aws, LAB)
    stop_at(aws, LAB, Point("CreateTask", 0, "gate"))
    async with serving(tmp_path, drain_seconds=0) as client:
        operation = await begin(client)
        assert await asyncio.to_thread(all_standing, aws, 1)
    assert sent.get_finished_spans() == ()
    aws.interceptor.clear()
    async with serving(tmp_path, tracing=True) as client:
        assert (await ended(client, operation))["status"] == "COMPLETED"
    assert parent_of(named(sent)["operation CREATE_MOVER"]) is None


async def test_streams_errors_and_probes(
    aws: Sandbox, tmp_path: Path, sent: InMemorySpanExporter
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, tracing=True) as client:
        for path in ("/livez", "/readyz", "/v1/datasync/metrics", "/v1/datasync/ping"):
            await client.get(path)
        await client.get(f"/v1/datasync/{LAB}/movers/g/none")
        await ended(client, await begin(client))
        await ask(client, CREATE, input=new_mover())
    spans = named(sent)
    assert not {name for name in spans if "livez" in name or "metrics" in name or "ping" in name}
    rest = spans["GET /v1/datasync/{account}/movers/{group}/{name}"]
    assert rest.attributes is not None
    assert rest.attributes["http.response.status_code"] == 404
    assert rest.attributes["url.path"] == f"/v1/datasync/{LAB}/movers/g/none"
    stream = spans["subscription operationProgress"]
    assert stream.end_time is not None
    twice = spans["mutation createMover"]
    assert twice.status.status_code is StatusCode.ERROR
    assert twice.attributes is not None
    assert twice.attributes["error.type"] == "NAME_TAKEN"
