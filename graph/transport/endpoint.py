"""What the transports share: identification, limits and execution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

from graph.concurrency import ReceivedBytes, Watchdog
from graph.observability.metrics import LIMITED, OPEN_STREAMS
from graph.transport.execution.results import Results
from graph.transport.lifetime import Ending, Lifetime
from graph.transport.limits import TransportLimits
from graph.transport.origin import Origin
from graph.transport.refusals import too_many
from graph.transport.report import Observer

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Any]]
"""Identifies the caller by the headers, or by the payload of connection_init. The result has to be
hashable. Rejects a caller by an error with a ``code``."""

WITHDRAWN: Final = "Credentials no longer valid"
"""The reason given to a caller whose credentials were withdrawn."""
ABORT: Final = "graph.transport.abort"
"""In the scope of a connection, where the server offers it: a function that ends the connection
without waiting for a client that does not read."""


class Slots:
    """Counts open connections of one kind: in total, and for each name of their callers.

    A caller has a name for its credential and one for the user that it acts for. As both are
    limited, naming many users does not help.
    """

    def __init__(
        self,
        what: str,
        limit: str,
        most: int,
        most_of_a_caller: int,
        *,
        transport: str | None = None,
    ) -> None:
        """``what``: its plural, for messages. ``limit`` and ``transport``: its names in metrics."""
        self._what, self._refused = what, LIMITED.labels(limit)
        self._gauge = OPEN_STREAMS.labels(transport) if transport else None
        self._most, self._most_of_a_caller = most, most_of_a_caller
        self._open = 0
        self._by_name: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._open

    def check(self) -> None:
        """Raises Refusal if the total limit is reached."""
        if self._open >= self._most:
            self._refused.inc()
            raise too_many(f"Too many {self._what} are open.")

    def check_caller(self, names: frozenset[Hashable]) -> None:
        """Raises Refusal if the limit of one of the names is reached."""
        if any(self._by_name[name] >= self._most_of_a_caller for name in names):
            self._refused.inc()
            raise too_many(
                f"Too many {self._what} of one caller are open: at most {self._most_of_a_caller} "
                "are allowed."
            )

    def taken(self, names: frozenset[Hashable] = frozenset()) -> Slot:
        """Holds a slot, which ``check`` and ``check_caller`` have allowed, until it is released."""
        self._open += 1
        if self._gauge is not None:
            self._gauge.inc()
        self._by_name.update(names)
        return Slot(self, names)

    def add_names(self, names: frozenset[Hashable]) -> None:
        """Counts a slot that is already held for these names."""
        self._by_name.update(names)

    def release(self, names: frozenset[Hashable]) -> None:
        """Ends what ``taken`` and ``add_names`` began."""
        self._open -= 1
        if self._gauge is not None:
            self._gauge.dec()
        self._by_name.subtract(names)
        for name in names:
            if not self._by_name[name]:
                del self._by_name[name]


class Slot(AbstractContextManager["Slot"]):
    """Counts one connection until it is released. A generator would take four times the memory."""

    __slots__ = ("_names", "_slots")

    def __init__(self, slots: Slots, names: frozenset[Hashable]) -> None:
        self._slots: Slots | None = slots
        self._names = names

    def name(self, names: frozenset[Hashable]) -> None:
        """Counts it for these names as well."""
        if self._slots is not None:
            self._slots.add_names(names)
            self._names |= names

    def release(self) -> None:
        """Can be repeated."""
        if self._slots is not None:
            self._slots.release(self._names)
            self._slots = None

    def __exit__(self, *exc: object) -> None:
        self.release()


@dataclass(slots=True)
class Endpoint:
    """One GraphQL API at one URL."""

    results: Results
    identify: Identify
    observe: Observer
    names_of: Callable[[Any], frozenset[Hashable]]
    """The names under which the connections of an identity are counted."""
    address_of: Callable[[Scope], Hashable]
    """The address under which a connection is counted until its caller is known."""
    limits: TransportLimits
    expires_in: Callable[[Any], float | None]
    """In how many seconds the credentials of an identity expire; None if they do not."""
    origins: frozenset[Origin] | None
    """Whose pages may open a WebSocket, beside those of the server itself; None for all."""
    bodies: ReceivedBytes
    """Counts what has arrived of bodies, also of those that another API receives."""
    sockets: Slots = field(init=False)
    new_sockets: Slots = field(init=False)
    """Of these, those whose callers are not known yet."""
    streams: Slots = field(init=False)
    withdrawals: int = 0
    """How often credentials were withdrawn. A caller that was identified before and has had to wait
    since has to be identified again."""
    stopping: bool = False
    """Whether the process ends soon: what is cancelled from now on, is cancelled for that."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    """Sends keep-alives, and ends the connections of clients that do not read."""
    _open: dict[Lifetime, Any] = field(default_factory=dict)
    """The open streams and sockets, with the identity of their callers once that is known."""

    def __post_init__(self) -> None:
        most = self.limits
        self.sockets = Slots(
            "connections", "sockets", most.sockets, most.sockets_per_caller, transport="websocket"
        )
        self.new_sockets = Slots(
            "new connections",
            "new_sockets",
            max(1, most.sockets // 2),
            most.new_sockets_per_address,
        )
        self.streams = Slots(
            "event streams", "streams", most.streams, most.streams_per_caller, transport="http"
        )

    def check_open(self) -> None:
        """Raises Refusal if the server is stopping, so that no stream or socket may begin."""
        if self.stopping:
            raise too_many("The server is stopping.")

    def opened(self, identity: Any = None) -> _Opened:
        """A stream or socket, which ends if the server stops or withdraws the caller's rights."""
        opened = _Opened(self._open, identity)
        if identity is not None:
            opened.lifetime.expire_in(self.expires_in(identity))
        return opened

    def set_identity(self, lifetime: Lifetime, identity: Any) -> None:
        """Sets the caller of a connection that was opened before the caller was known."""
        self._open[lifetime] = identity
        lifetime.expire_in(self.expires_in(identity))

    def stop(self) -> None:
        """Ends all streams and sockets in a way that makes their clients reconnect."""
        self.stopping = True
        self._end(Ending.STOPPED, lambda _: True)

    def withdraw(self, lost: Callable[[Any], bool]) -> None:
        """Ends the streams and sockets of the identities for which ``lost`` is true."""
        self.withdrawals += 1
        self._end(Ending.WITHDRAWN, lambda identity: identity is not None and lost(identity))

    def _end(self, ending: Ending, ends: Callable[[Any], bool]) -> None:
        for lifetime, identity in self._open.items():
            if ends(identity):
                lifetime.end(ending)


class _Opened(AbstractContextManager[Lifetime]):
    __slots__ = ("_open", "lifetime")

    def __init__(self, all_open: dict[Lifetime, Any], identity: Any) -> None:
        self._open, self.lifetime = all_open, Lifetime()
        all_open[self.lifetime] = identity

    def __enter__(self) -> Lifetime:
        return self.lifetime

    def __exit__(self, *exc: object) -> None:
        del self._open[self.lifetime]


def address_of(scope: Scope) -> Hashable:
    """The address that a connection comes from."""
    client = scope.get("client")
    return client[0] if client else ""


def abort(scope: Scope) -> None:
    """Ends a connection whose client does not read, where the server offers that."""
    scope.get(ABORT, lambda: None)()


def forget_headers(scope: Scope) -> None:
    """Frees the headers of a connection that lasts: kilobytes, with the cookies and tokens in them.

    To be called once the caller is known; nothing reads them later.
    """
    headers, scope["headers"] = scope.get("headers"), []
    if isinstance(headers, list):
        headers.clear()  # Starlette's ``Headers`` of the connection have the same list
