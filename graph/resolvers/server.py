"""What clients may know of the server that answers."""

from __future__ import annotations

from dataclasses import dataclass

from graph.context import ReadContext
from graph.model.limits import ServerLimits


@dataclass(frozen=True, slots=True)
class ServerDescription:
    version: str
    regions: tuple[str, ...]
    """The AWS regions in which movers are managed, the default one first."""
    org: str
    """The organisation whose movers are managed."""
    limits: ServerLimits

    @property
    def region(self) -> str:
        """The default one."""
        return self.regions[0]


def describe(context: ReadContext) -> ServerDescription:
    """The server as its settings define it."""
    services = context.services
    return ServerDescription(
        services.version, services.gateway.served.regions, services.gateway.org, services.limits
    )
