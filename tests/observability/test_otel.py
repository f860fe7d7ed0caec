"""Spans of OpenTelemetry: whose parts they are, and which are left out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from graph.observability import otel, tracing
from graph.observability.otel import OpenTelemetry, make_provider, open_tracing
from tests.observability.traces import PARENT, TRACE, TRACEPARENT, id_of, parent_of, trace_of


@pytest.fixture
def sent() -> Iterator[InMemorySpanExporter]:
    provider, exporter = make_provider("1.2.3"), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with tracing.installed(OpenTelemetry(provider)):
        yield exporter


def only(sent: InMemorySpanExporter) -> ReadableSpan:
    (span,) = sent.get_finished_spans()
    return span


def test_a_request_is_a_part_of_the_trace_of_its_client(sent: InMemorySpanExporter) -> None:
    with tracing.request_span(TRACEPARENT, {"request.id": "r"}) as span:
        assert span is not None
        assert span.trace_id == TRACE
    assert (trace_of(only(sent)), parent_of(only(sent))) == (TRACE, PARENT)


@pytest.mark.parametrize(
    "header", ["", "00", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}-{PARENT}-01"]
)
def test_a_malformed_header_begins_a_trace(sent: InMemorySpanExporter, header: str) -> None:
    with tracing.request_span({"traceparent": header}, {}):
        pass
    assert parent_of(only(sent)) is None
    assert trace_of(only(sent)) != TRACE


def test_what_the_client_does_not_sample_is_not_sent(sent: InMemorySpanExporter) -> None:
    with (
        tracing.request_span({"traceparent": f"00-{TRACE}-{PARENT}-00"}, {}),
        tracing.span("inner"),
    ):
        assert tracing.current_traceparent() is not None
    assert sent.get_finished_spans() == ()


def test_a_trace_is_continued_by_its_header(sent: InMemorySpanExporter) -> None:
    with tracing.span("first"):
        header = tracing.current_traceparent()
    with tracing.span("around"), tracing.continued_span("second", header, {}):
        pass
    first, second, around = sent.get_finished_spans()
    assert parent_of(second) == id_of(first)
    assert trace_of(second) == trace_of(first) != trace_of(around)


def test_a_separate_span_has_a_trace_of_its_own_and_a_link(sent: InMemorySpanExporter) -> None:
    with tracing.span("socket"), tracing.span("operation", separate=True):
        pass
    operation, socket = sent.get_finished_spans()
    assert trace_of(operation) != trace_of(socket)
    assert [f"{link.context.span_id:016x}" for link in operation.links] == [id_of(socket)]


def test_calls_that_belong_to_nothing_are_left_out(sent: InMemorySpanExporter) -> None:
    with tracing.span("poll", call=True):
        pass
    assert sent.get_finished_spans() == ()
    with tracing.span("step"), tracing.span("call", call=True):
        pass
    assert [span.name for span in sent.get_finished_spans()] == ["call", "step"]


@pytest.mark.parametrize("error", [ValueError("a secret"), asyncio.CancelledError()])
def test_an_error_is_shown_by_its_type_alone(
    sent: InMemorySpanExporter, error: BaseException
) -> None:
    with pytest.raises(type(error)), tracing.span("step"):
        raise error
    span = only(sent)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes == {"error.type": type(error).__name__}
    assert "secret" not in span.to_json()


def test_a_span_can_end_before_its_block(
    sent: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    with tracing.span("stream") as span:
        assert span is not None
        span.end()
        assert len(sent.get_finished_spans()) == 1
        span.end()
        span.rename("late")
        span.note({"late": 1})
        span.fail("LATE")
    assert (only(sent).name, only(sent).attributes) == ("stream", {})
    assert caplog.records == []  # the SDK warns of what comes after the end


def test_the_server_names_itself_and_can_be_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_provider("1.2.3").resource.attributes["service.name"] == "datasync-api"
    assert make_provider("1.2.3").resource.attributes["service.version"] == "1.2.3"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "movers")
    assert make_provider("1.2.3").resource.attributes["service.name"] == "movers"


def test_the_environment_decides_how_many_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    assert "TraceIdRatioBased{0.25}" in make_provider("1").sampler.get_description()


class Silent(SpanExporter):
    """A collector that accepts nothing until it is given up."""

    def __init__(self) -> None:
        self.given_up = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 - its type
        assert self.given_up.wait(60)
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.given_up.set()


async def test_a_collector_that_does_not_answer_does_not_keep_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = Silent()
    monkeypatch.setattr(otel, "OTLPSpanExporter", lambda **_: silent)
    monkeypatch.setattr(otel, "_FLUSH_SECONDS", 0.01)
    async with open_tracing("1"):
        with tracing.span("lost"):
            pass
    assert silent.given_up.is_set()


@pytest.mark.parametrize(("variable", "seconds"), [("", 3.0), ("OTEL_EXPORTER_OTLP_TIMEOUT", None)])
async def test_the_environment_may_say_how_long_sending_takes(
    monkeypatch: pytest.MonkeyPatch, variable: str, seconds: float | None
) -> None:
    given: list[float | None] = []

    def exporter(*, timeout: float | None) -> InMemorySpanExporter:
        given.append(timeout)
        return InMemorySpanExporter()

    monkeypatch.setattr(otel, "OTLPSpanExporter", exporter)
    if variable:
        monkeypatch.setenv(variable, "7")
    async with open_tracing("1"):
        pass
    assert given == [seconds]
