"""A file system in FSx for Lustre."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import GROUP


async def test_a_lustre_file_system_is_shown_with_its_security_groups(
    aws: Sandbox, tmp_path: Path
) -> None:
    fields = "FsxLustreLocation { uri securityGroupArns }"
    got = await shown(aws, tmp_path, "FSX_LUSTRE", fields, Subdirectory="/a")
    assert got.graphql == {"uri": f"fsxl://fs-{'1' * 17}/a/", "securityGroupArns": [GROUP]}
    assert got.rest == {"LocationUri": f"fsxl://fs-{'1' * 17}/a/", "SecurityGroupArns": [GROUP]}
