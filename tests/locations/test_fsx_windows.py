"""A file system in FSx for Windows File Server."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import GROUP


async def test_a_windows_file_system_is_shown_without_its_password(
    aws: Sandbox, tmp_path: Path
) -> None:
    fields = "FsxWindowsLocation { uri securityGroupArns user domain }"
    got = await shown(aws, tmp_path, "FSX_WINDOWS", fields, Domain="corp")
    assert got.graphql == {
        "uri": f"fsxw://fs-{'1' * 17}/",
        "securityGroupArns": [GROUP],
        "user": "u",
        "domain": "corp",
    }
    assert got.rest == {
        "Domain": "corp",
        "LocationUri": f"fsxw://fs-{'1' * 17}/",
        "SecurityGroupArns": [GROUP],
        "User": "u",
    }
