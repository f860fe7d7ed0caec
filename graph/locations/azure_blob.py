"""A container in Azure Blob Storage."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(name="AZURE_BLOB", scheme="azure-blob", operation="azure_blob")
