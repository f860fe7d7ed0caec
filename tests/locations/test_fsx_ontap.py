"""A storage virtual machine in FSx for NetApp ONTAP."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.locations import kind_of
from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import GROUP, LOCATIONS

MACHINE = LOCATIONS["FSX_ONTAP"]["StorageVirtualMachineArn"]


async def test_a_storage_virtual_machine_is_shown_with_its_protocol(
    aws: Sandbox, tmp_path: Path
) -> None:
    fields = "FsxOntapLocation { uri securityGroupArns storageVirtualMachineArn }"
    got = await shown(aws, tmp_path, "FSX_ONTAP", fields, Subdirectory="/vol")
    assert got.graphql == {
        "uri": f"fsxn://svm-{'4' * 17}/vol/",
        "securityGroupArns": [GROUP],
        "storageVirtualMachineArn": MACHINE,
    }
    assert got.rest == {
        "LocationUri": f"fsxn://svm-{'4' * 17}/vol/",
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
        "SecurityGroupArns": [GROUP],
        "StorageVirtualMachineArn": MACHINE,
    }


@pytest.mark.parametrize("scheme", ["fsxn", "fsxn-nfs", "fsxn-smb"])
def test_a_uri_may_name_the_protocol(scheme: str) -> None:
    assert kind_of(f"{scheme}://svm-0123.fs-0123/vol/") == "FSX_ONTAP"
