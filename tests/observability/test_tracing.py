"""Spans while nothing makes them, and to whom they go otherwise."""

from __future__ import annotations

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph.observability import tracing
from graph.observability.otel import OpenTelemetry, make_provider


def test_without_tracing_nothing_is_made() -> None:
    assert not tracing.is_on()
    opened = [
        tracing.request_span({}, {}),
        tracing.continued_span("operation", None, {}),
        tracing.span("step"),
    ]
    assert opened == [opened[0]] * 3  # one object for all: nothing is allocated
    with opened[0] as span:
        assert span is None
    assert tracing.current_traceparent() is None


def test_it_is_on_until_the_block_ends() -> None:
    provider, exporter = make_provider("1"), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with tracing.installed(OpenTelemetry(provider)):
        assert tracing.is_on()
        with tracing.span("outer"), tracing.span("inner"):
            assert tracing.current_traceparent() is not None
    assert not tracing.is_on()
    with tracing.span("late"):
        pass
    assert [span.name for span in exporter.get_finished_spans()] == ["inner", "outer"]
