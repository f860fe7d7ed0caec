"""An NFS file server, as the original server showed it."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import AGENT


async def test_an_nfs_server_is_shown_with_its_agents(aws: Sandbox, tmp_path: Path) -> None:
    fields = "NfsLocation { uri agentArns version }"
    got = await shown(aws, tmp_path, "NFS", fields, MountOptions={"Version": "NFS4_0"})
    assert got.graphql == {
        "uri": "nfs://nas.example/export/",
        "agentArns": [AGENT],
        "version": "NFS4_0",
    }
    assert got.rest == {
        "LocationUri": "nfs://nas.example/export/",
        "MountOptions": {"Version": "NFS4_0"},
        "OnPremConfig": {"AgentArns": [AGENT]},
    }
