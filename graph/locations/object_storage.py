"""An object store that speaks the protocol of S3."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(
    name="OBJECT_STORAGE",
    scheme="object-storage",
    operation="object_storage",
)
