"""A container in Azure Blob Storage."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import AGENT


async def test_a_container_is_shown_without_its_token(aws: Sandbox, tmp_path: Path) -> None:
    fields = "AzureBlobLocation { uri agentArns authenticationType blobType accessTier }"
    got = await shown(aws, tmp_path, "AZURE_BLOB", fields, BlobType="BLOCK", AccessTier="COOL")
    assert got.graphql == {
        "uri": "azure-blob://a.blob.core.windows.net/box/",
        "agentArns": [AGENT],
        "authenticationType": "SAS",
        "blobType": "BLOCK",
        "accessTier": "COOL",
    }
    assert got.rest == {
        "AccessTier": "COOL",
        "AgentArns": [AGENT],
        "AuthenticationType": "SAS",
        "BlobType": "BLOCK",
        "LocationUri": "azure-blob://a.blob.core.windows.net/box/",
    }
