"""A file system in Amazon FSx for Windows File Server."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(name="FSX_WINDOWS", scheme="fsxw", operation="fsx_windows")
