"""Spans of requests, operations and steps. They cost nothing unless the server sends traces.

``graph.observability.otel`` sends them, and needs an extra. Names of spans are few; values are in
attributes, which hold no credential, query, variable or body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol

Attributes = Mapping[str, str | int]


class Span(Protocol):
    """A span that has begun."""

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits."""

    def rename(self, name: str) -> None: ...

    def note(self, attributes: Attributes) -> None:
        """Adds attributes, or replaces them."""

    def fail(self, why: str) -> None:
        """Marks what the span stands for as failed."""

    def end(self) -> None:
        """Ends it before its block does. Can be repeated."""


OpenSpan = AbstractContextManager[Span | None]
"""Its block is the span, and what begins within is a part of it. Gives None while tracing is off.
An exception that leaves the block marks the span as failed, by its type."""


class Tracing(Protocol):
    """What makes spans and sends them."""

    def request(self, headers: Mapping[str, str], attributes: Attributes) -> OpenSpan: ...

    def continued(self, name: str, traceparent: str | None, attributes: Attributes) -> OpenSpan: ...

    def inner(
        self, name: str, attributes: Attributes, *, call: bool, separate: bool
    ) -> OpenSpan: ...

    def traceparent(self) -> str | None: ...


_INSTALLED: Final[list[Tracing]] = []
_NOTHING: Final[AbstractContextManager[None]] = nullcontext()


@contextmanager
def installed(tracing: Tracing) -> Iterator[None]:
    """Makes spans by ``tracing`` until the block ends. One per process."""
    _INSTALLED[:] = [tracing]
    try:
        yield
    finally:
        _INSTALLED.clear()


def is_on() -> bool:
    """Whether spans are made; if not, callers need not compute attributes."""
    return bool(_INSTALLED)


def request_span(headers: Mapping[str, str], attributes: Attributes) -> OpenSpan:
    """A span for an incoming request: a part of the client's trace if it sent a ``traceparent``."""
    return _INSTALLED[0].request(headers, attributes) if _INSTALLED else _NOTHING


def continued_span(name: str, traceparent: str | None, attributes: Attributes) -> OpenSpan:
    """A span in the trace that ``traceparent`` was returned for, maybe by another process.

    None begins a trace.
    """
    return _INSTALLED[0].continued(name, traceparent, attributes) if _INSTALLED else _NOTHING


def span(
    name: str, attributes: Attributes | None = None, *, call: bool = False, separate: bool = False
) -> OpenSpan:
    """A part of the current span.

    ``call``: of another system; left out if there is no current span, as for what the server does
    of its own accord. ``separate``: begins a trace, with a link to the current span.
    """
    if not _INSTALLED:
        return _NOTHING
    return _INSTALLED[0].inner(name, attributes or {}, call=call, separate=separate)


def current_traceparent() -> str | None:
    """The current span, to be continued later: the header of W3C's Trace Context. None if none."""
    return _INSTALLED[0].traceparent() if _INSTALLED else None
