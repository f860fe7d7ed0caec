"""What clients may know of the server that answers."""

from __future__ import annotations

from dataclasses import dataclass

from graph.context import ReadContext
from graph.model.limits import ServerLimits


@dataclass(frozen=True, slots=True)
class ServerDescription:
    version: str
    region: str
    """The AWS region in which movers are managed."""
    org: str
    """The organisation whose movers are managed."""
    limits: ServerLimits


def describe(context: ReadContext) -> ServerDescription:
    """The server as its settings define it."""
    services = context.services
    return ServerDescription(
        services.version, services.gateway.served.default, services.gateway.org, services.limits
    )
