"""The span of an operation: bounded, and without what the client wrote."""

from __future__ import annotations

from collections import Counter

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph.observability import tracing
from graph.observability.otel import OpenTelemetry, make_provider
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.spans import note_failures, operation_span
from graph.transport.report import Summary

REQUEST = OperationRequest("query { secret }", {"password": "secret"}, None, "ann", "r-1")


def test_it_has_type_name_and_fields_but_no_text_and_no_variable() -> None:
    provider, exporter = make_provider("1"), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    summary = Summary("N" * 1_000, "query", {f"f{n}": f"field{n}" for n in range(200)})
    with tracing.installed(OpenTelemetry(provider)), tracing.span("socket"):
        with operation_span(summary, REQUEST, separate=True) as span:
            note_failures(span, Counter({("NOT_FOUND", "mover"): 2, ("INTERNAL", "run"): 1}))
        with operation_span(None, REQUEST) as span:
            assert span is None  # no operation was found in the document
    operation, socket = exporter.get_finished_spans()
    assert operation.name == "query"
    assert operation.parent is None
    assert [link.context for link in operation.links] == [socket.context]
    assert operation.attributes is not None
    assert operation.attributes["error.type"] == "INTERNAL,NOT_FOUND"
    assert all(len(str(value)) <= 200 for value in operation.attributes.values())
    assert "secret" not in operation.to_json()


def test_without_tracing_there_is_none() -> None:
    with operation_span(Summary(None, "query", {"viewer": "viewer"}), REQUEST) as span:
        assert span is None
        note_failures(span, Counter({("INTERNAL", "viewer"): 1}))
