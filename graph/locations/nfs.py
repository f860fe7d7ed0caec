"""An NFS file server, reached through agents."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind, named

KIND: Final = LocationKind(
    name="NFS",
    scheme="nfs",
    operation="nfs",
    members=named(
        "CreationTime LocationArn LocationUri MountOptions OnPremConfig",
        MountOptions=named("Version"),
        OnPremConfig=named("AgentArns"),
    ),
)
