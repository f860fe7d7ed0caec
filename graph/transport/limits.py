"""How much, and for how long, clients may occupy the transports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportLimits:
    """Limits of an endpoint. The limits of a caller apply to each of its names."""

    body_bytes: int = 1 << 20
    """Of the body of a request."""
    body_seconds: float = 30
    """How long a body may take to arrive."""
    sockets: int = 10_000
    sockets_per_caller: int = 1_000
    new_sockets_per_address: int = 500
    """Of those whose callers are not known yet, which may be half of all sockets."""
    operations_per_socket: int = 100
    streams: int = 5_000
    streams_per_caller: int = 1_000
    executions_per_caller: int = 500
    """Different subscriptions that a caller may follow."""
    init_seconds: float = 10
    """How long a client may take to send connection_init."""
    keep_alive_seconds: float = 15
    """After how long without an event a stream gets a keep-alive, so that no proxy closes it."""
    stuck_seconds: float = 30
    """How long a message may wait for a client that does not read."""
