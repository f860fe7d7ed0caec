"""Sends traces by OpenTelemetry. Imported only where they are switched on: it needs an extra.

The variables ``OTEL_*`` of the SDK configure where they are sent, and how many are sampled.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.botocore import AiobotocoreInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import (
    Link,
    SpanKind,
    Status,
    StatusCode,
    TraceState,
    format_trace_id,
    get_current_span,
    use_span,
)
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes as OtelAttributes

from graph.observability.tracing import Attributes, OpenSpan, installed

SERVICE: Final = "datasync-api"
_W3C: Final = TraceContextTextMapPropagator()
_TRACEPARENT: Final = "traceparent"
_TIMEOUTS: Final = frozenset({"OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"})
_SEND_SECONDS: Final = 3.0
"""In which a batch has to be accepted, unless the environment says otherwise."""
_FLUSH_SECONDS: Final = 3.0
"""At the end, before what has not been sent is given up."""


@asynccontextmanager
async def open_tracing(version: str) -> AsyncIterator[None]:
    """Makes and sends spans until the block ends; then sends what is left, for some seconds."""
    instrumentor = AiobotocoreInstrumentor()  # type: ignore[no-untyped-call]
    provider, exporter = await asyncio.to_thread(_set_up, version, instrumentor)
    try:
        with installed(OpenTelemetry(provider)):
            yield
    finally:
        instrumentor.uninstrument()
        await _end(provider, exporter)


def _set_up(
    version: str, instrumentor: AiobotocoreInstrumentor
) -> tuple[TracerProvider, SpanExporter]:
    """Blocks: the SDK reads files."""
    provider = make_provider(version)
    exporter = OTLPSpanExporter(timeout=None if _TIMEOUTS & os.environ.keys() else _SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    # Nothing is added to the requests to AWS.
    instrumentor.instrument(tracer_provider=provider, propagator=CompositePropagator([]))
    return provider, exporter


async def _end(provider: TracerProvider, exporter: SpanExporter) -> None:
    """Gives up after some seconds what a collector does not accept, so that the process ends."""
    ending = asyncio.create_task(asyncio.to_thread(provider.shutdown))  # awaited here
    await asyncio.wait({ending}, timeout=_FLUSH_SECONDS)
    if not ending.done():
        await asyncio.to_thread(exporter.shutdown)  # ends retries, and rejects what is left
    await ending


def make_provider(version: str) -> TracerProvider:
    """A provider without exporters, with the sampler that the environment names."""
    configured = TracerProvider(shutdown_on_exit=False).sampler
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE),
            "service.version": version,
            "service.instance.id": uuid.uuid4().hex,
        }
    )
    return TracerProvider(_WithoutLoneCalls(configured), resource, shutdown_on_exit=False)


class OpenTelemetry:
    """Makes spans with a provider."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer(SERVICE)

    def request(self, headers: Mapping[str, str], attributes: Attributes) -> OpenSpan:
        context = _W3C.extract(headers, Context())
        return _current(
            self._tracer.start_span("request", context, SpanKind.SERVER, dict(attributes))
        )

    def continued(self, name: str, traceparent: str | None, attributes: Attributes) -> OpenSpan:
        carrier = {} if traceparent is None else {_TRACEPARENT: traceparent}
        context = _W3C.extract(carrier, Context())
        return _current(self._tracer.start_span(name, context, attributes=dict(attributes)))

    def inner(self, name: str, attributes: Attributes, *, call: bool, separate: bool) -> OpenSpan:
        kind = SpanKind.CLIENT if call else SpanKind.INTERNAL
        around = get_current_span().get_span_context()
        if not separate or not around.is_valid:
            return _current(self._tracer.start_span(name, None, kind, dict(attributes)))
        links = [Link(around)]
        return _current(self._tracer.start_span(name, Context(), kind, dict(attributes), links))

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get(_TRACEPARENT)


class _Span:
    """Once it has ended, nothing changes it: a stream goes on after its span."""

    def __init__(self, span: OtelSpan) -> None:
        self._span, self._ended = span, False

    @property
    def trace_id(self) -> str:
        return format_trace_id(self._span.get_span_context().trace_id)

    def rename(self, name: str) -> None:
        if not self._ended:
            self._span.update_name(name)

    def note(self, attributes: Attributes) -> None:
        if not self._ended:
            self._span.set_attributes(dict(attributes))

    def fail(self, why: str) -> None:
        if not self._ended:
            self._span.set_attribute("error.type", why)
            self._span.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self._span.end()


@contextmanager
def _current(span: OtelSpan) -> Iterator[_Span]:
    opened = _Span(span)
    with use_span(span, record_exception=False, set_status_on_exception=False):
        try:
            yield opened
        except BaseException as error:
            opened.fail(type(error).__name__)
            raise
        finally:
            opened.end()


class _WithoutLoneCalls(Sampler):
    """Leaves out calls of other systems that belong to nothing, such as polls and heartbeats."""

    def __init__(self, configured: Sampler) -> None:
        self._configured = configured

    def should_sample(  # noqa: PLR0913, PLR0917 - the SDK's signature
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: OtelAttributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        parent = get_current_span(parent_context).get_span_context()
        if kind is SpanKind.CLIENT and not parent.is_valid:
            return SamplingResult(Decision.DROP)
        return self._configured.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        return f"WithoutLoneCalls({self._configured.get_description()})"
