"""An object store that speaks the protocol of S3."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import AGENT


async def test_an_object_store_is_shown_without_its_secret_key(
    aws: Sandbox, tmp_path: Path
) -> None:
    fields = "ObjectStorageLocation { uri agentArns serverPort serverProtocol }"
    got = await shown(
        aws,
        tmp_path,
        "OBJECT_STORAGE",
        fields,
        ServerPort=9000,
        ServerProtocol="HTTP",
        AccessKey="k",
        SecretKey="hidden",
    )
    assert got.graphql == {
        "uri": "object-storage://minio.example/store/",
        "agentArns": [AGENT],
        "serverPort": 9000,
        "serverProtocol": "HTTP",
    }
    assert got.rest == {
        "AccessKey": "k",
        "AgentArns": [AGENT],
        "LocationUri": "object-storage://minio.example/store/",
        "ServerPort": 9000,
        "ServerProtocol": "HTTP",
    }
