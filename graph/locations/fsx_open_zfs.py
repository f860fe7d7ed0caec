"""A file system in Amazon FSx for OpenZFS."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(name="FSX_OPEN_ZFS", scheme="fsxz", operation="fsx_open_zfs")
