"""A file system in Amazon FSx for Lustre."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(name="FSX_LUSTRE", scheme="fsxl", operation="fsx_lustre")
