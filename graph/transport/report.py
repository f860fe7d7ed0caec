"""What operators learn about one operation, on any transport."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from graphql import GraphQLError
from starlette.types import Scope

NO_FIELD: Final = "none"
"""Stands for the root field of an error that belongs to the whole request."""

Failures = Counter[tuple[str, str]]
"""How often each pair of an error code and a root field was reported to the client."""


class Context(Protocol):
    """What the transport may read from the context of resolvers."""

    @property
    def request_id(self) -> str: ...

    @property
    def failures(self) -> Failures:
        """Of errors that resolvers answer as data, such as those in the payload of a mutation."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The operation that was selected from a document."""

    name: str | None
    kind: str
    """``query``, ``mutation`` or ``subscription``."""
    fields: Mapping[str, str]
    """The names of the root fields by response key, in document order."""
    persisted: bool = False
    """Whether the document is one of those that the operator has chosen, so that there are few."""


@dataclass(slots=True)
class Report:
    """One operation. The observer receives it once, when the operation has ended."""

    scope: Scope
    """Of the connection that the operation arrived on."""
    observe: Observer
    request_id: str
    transport: str
    """``http``, ``sse``, ``multipart`` or ``websocket``."""
    identity: Any = None
    """None before the caller is known."""
    summary: Summary | None = None
    """None if the document could not be parsed or is invalid."""
    failures: Failures = field(default_factory=Counter)
    outcome: str = "ok"
    """``ok``, ``error`` if there were failures, or ``cancelled`` if the client left before."""
    seconds: float = 0.0
    _began: float = field(default_factory=time.perf_counter)
    _left_to: asyncio.Future[Any] | None = None

    def end(self, *, cancelled: bool = False) -> None:
        """Reports the operation, unless work that outlives the client is going to."""
        if self._left_to is not None:
            return
        self.seconds = time.perf_counter() - self._began
        if self.failures:
            self.outcome = "error"
        elif cancelled:
            self.outcome = "cancelled"
        self.observe(self.scope, self)

    def leave_to(self, work: asyncio.Future[Any]) -> None:
        """Reports when the work ends, which continues although the client has disconnected.

        The result of the work has ``failures``.
        """
        self._left_to = work
        work.add_done_callback(self._end_with)

    def _end_with(self, work: asyncio.Future[Any]) -> None:
        self._left_to = None
        if not work.cancelled() and work.exception() is None:
            self.failures.update(work.result().failures)
        self.end(cancelled=work.cancelled())


Observer = Callable[[Scope, Report], None]
"""Called at the end of each operation, with the scope of its connection."""


def failures_of(errors: list[GraphQLError] | None, summary: Summary | None) -> Failures:
    """The errors of a result that has been prepared for a client: each has a code."""
    if not errors:
        return Counter()
    fields = summary.fields if summary else {}
    return Counter(
        (
            str((error.extensions or {}).get("code")),
            fields.get(str(error.path[0]), NO_FIELD) if error.path else NO_FIELD,
        )
        for error in errors
    )


def ignore(_scope: Scope, _report: Report) -> None:
    """An observer that does nothing."""
