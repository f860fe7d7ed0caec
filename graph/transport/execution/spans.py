"""A span for each GraphQL operation, without its text and its variables."""

from __future__ import annotations

from contextlib import nullcontext

from graph.observability import tracing
from graph.transport.execution.request import OperationRequest
from graph.transport.report import Failures, Summary

_SHOWN = 200


def operation_span(
    summary: Summary | None, request: OperationRequest, *, separate: bool = False
) -> tracing.OpenSpan:
    """``separate``: in a trace of its own, as one of the many operations of a WebSocket."""
    if summary is None or not tracing.is_on():
        return nullcontext()
    fields = list(summary.fields.values())
    attributes = {
        "graphql.operation.type": summary.kind,
        "graphql.operation.name": (summary.name or "")[:_SHOWN],
        "graphql.fields": ",".join(fields)[:_SHOWN],
        "request.id": request.request_id,
    }
    # The name of an operation is the client's, and the names of fields are few.
    name = f"{summary.kind} {fields[0]}" if len(fields) == 1 else summary.kind
    return tracing.span(name, attributes, separate=separate)


def note_failures(span: tracing.Span | None, failures: Failures | None) -> None:
    """Adds the codes of the errors that the client gets."""
    if span is not None and failures:
        span.fail(",".join(sorted({code for code, _ in failures})))
