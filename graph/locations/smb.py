"""An SMB file server, reached through agents."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind, named

KIND: Final = LocationKind(
    name="SMB",
    scheme="smb",
    operation="smb",
    members=named(
        "AgentArns CreationTime Domain LocationArn LocationUri MountOptions User",
        MountOptions=named("Version"),
    ),
)
