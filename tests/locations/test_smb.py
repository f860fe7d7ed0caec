"""An SMB file server, as the original server showed it."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import AGENT


async def test_an_smb_server_is_shown_without_its_password(aws: Sandbox, tmp_path: Path) -> None:
    fields = "SmbLocation { uri agentArns user domain version }"
    got = await shown(aws, tmp_path, "SMB", fields, Domain="corp", MountOptions={"Version": "SMB3"})
    assert got.graphql == {
        "uri": "smb://win.example/share/",
        "agentArns": [AGENT],
        "user": "u",
        "domain": "corp",
        "version": "SMB3",
    }
    assert got.rest == {
        "AgentArns": [AGENT],
        "Domain": "corp",
        "LocationUri": "smb://win.example/share/",
        "MountOptions": {"Version": "SMB3"},
        "User": "u",
    }
