"""A file system in FSx for OpenZFS."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import GROUP


async def test_an_openzfs_file_system_is_shown_with_its_protocol(
    aws: Sandbox, tmp_path: Path
) -> None:
    fields = "FsxOpenZfsLocation { uri securityGroupArns }"
    got = await shown(aws, tmp_path, "FSX_OPEN_ZFS", fields, Subdirectory="/fsx")
    assert got.graphql == {"uri": f"fsxz://fs-{'1' * 17}/fsx/", "securityGroupArns": [GROUP]}
    assert got.rest == {
        "LocationUri": f"fsxz://fs-{'1' * 17}/fsx/",
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
        "SecurityGroupArns": [GROUP],
    }
