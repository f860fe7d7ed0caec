"""What the transports share: identification, limits and execution."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

from graph.transport.execution.results import Results
from graph.transport.origin import Origin
from graph.transport.refusals import too_many
from graph.transport.report import Observer

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Any]]
"""Identifies the caller by the headers, or by the payload of connection_init. The result has to be
hashable. Rejects a caller by an error with a ``code``."""

WITHDRAWN: Final = "Credentials no longer valid"
"""The reason for an end that a caller whose credentials are withdrawn gets."""
ABORT: Final = "graph.transport.abort"
"""In the scope of a connection, where the server offers it: a function that ends the connection
without waiting for a client that does not read."""


class Ending(Enum):
    """Why the server ends what is long-lived."""

    STOPPED = auto()
    WITHDRAWN = auto()


class Slots:
    """Counts open connections of one kind: in total, and for each name of their callers.

    A caller has a name for its credential and one for the user that it acts for. As both are
    limited, naming many users does not help.
    """

    def __init__(self, what: str, most: int, most_of_a_caller: int) -> None:
        """``what``: the plural of what is counted, for messages."""
        self._what = what
        self._most, self._most_of_a_caller = most, most_of_a_caller
        self._open = 0
        self._by_name: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._open

    def check(self) -> None:
        """Raises Refusal if one more would be too many in all."""
        if self._open >= self._most:
            raise too_many(f"Too many {self._what}")

    def check_caller(self, names: frozenset[Hashable]) -> None:
        """Raises Refusal if one more would be too many for one of the names."""
        if any(self._by_name[name] >= self._most_of_a_caller for name in names):
            raise too_many(
                f"Too many {self._what} of one caller: {self._most_of_a_caller} are open"
            )

    @contextmanager
    def taken(self, names: frozenset[Hashable] = frozenset()) -> Iterator[None]:
        """Holds a slot, which ``check`` and ``check_caller`` have allowed."""
        self._open += 1
        try:
            with self.named(names):
                yield
        finally:
            self._open -= 1

    @contextmanager
    def named(self, names: frozenset[Hashable]) -> Iterator[None]:
        """Counts for these names what holds a slot already."""
        self._by_name.update(names)
        try:
            yield
        finally:
            self._by_name.subtract(names)
            for name in names:
                if not self._by_name[name]:
                    del self._by_name[name]


@dataclass(slots=True)
class Endpoint:
    """One GraphQL API at one URL."""

    results: Results
    identify: Identify
    observe: Observer
    names_of: Callable[[Any], frozenset[Hashable]]
    """By which the connections of an identity are counted."""
    body_limit: int
    """Bytes of a request's body."""
    body_seconds: float
    """How long a body may take to arrive."""
    origins: frozenset[Origin] | None
    """Whose pages may open a WebSocket, beside those of the server itself; None for all."""
    sockets: Slots
    streams: Slots
    operations_per_socket: int
    init_seconds: float
    """How long a client may take to send connection_init."""
    keep_alive_seconds: float
    """Silence after which a stream gets a keep-alive, so that no proxy closes it."""
    stuck_seconds: float
    """How long a message may wait for a client that does not read."""
    _stopping: bool = False
    _open: dict[asyncio.Future[Ending], Any] = field(default_factory=dict)
    """What is long-lived, with the identity of its caller once that is known."""

    def check_open(self) -> None:
        """Raises Refusal if the server is stopping, and nothing long-lived may begin."""
        if self._stopping:
            raise too_many("The server is stopping")

    @contextmanager
    def until_stopped(self, identity: Any = None) -> Iterator[asyncio.Future[Ending]]:
        """A future that is done as soon as the server stops or withdraws the caller's rights."""
        stopped = asyncio.get_running_loop().create_future()
        self._open[stopped] = identity
        try:
            yield stopped
        finally:
            del self._open[stopped]

    def belongs_to(self, stopped: asyncio.Future[Ending], identity: Any) -> None:
        """Says who the caller of a connection is, if that was not known from the start."""
        self._open[stopped] = identity

    def stop(self) -> None:
        """Ends all streams and sockets, in the way that makes their clients connect again."""
        self._stopping = True
        self._end(Ending.STOPPED, lambda _: True)

    def withdraw(self, lost: Callable[[Any], bool]) -> None:
        """Ends the streams and sockets of the identities for which ``lost`` is true."""
        self._end(Ending.WITHDRAWN, lambda identity: identity is not None and lost(identity))

    def _end(self, ending: Ending, ends: Callable[[Any], bool]) -> None:
        for stopped, identity in self._open.items():
            if not stopped.done() and ends(identity):
                stopped.set_result(ending)


def abort(scope: Scope) -> None:
    """Ends a connection whose client does not read, where the server offers that."""
    scope.get(ABORT, lambda: None)()
