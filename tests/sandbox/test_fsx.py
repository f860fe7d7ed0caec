"""Storage virtual machines of FSx for ONTAP."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import client


def file_system(kind: str) -> str:
    subnet = client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    given = {"FileSystemType": kind, "StorageCapacity": 1024, "SubnetIds": [subnet]}
    return str(client("fsx").create_file_system(**given)["FileSystem"]["FileSystemId"])


def test_virtual_machines_are_listed_in_pages_and_by_id(lab: Sandbox) -> None:
    assert lab.endpoint
    fsx, home = client("fsx"), file_system("ONTAP")
    assert fsx.describe_storage_virtual_machines()["StorageVirtualMachines"] == []
    made = [
        fsx.create_storage_virtual_machine(FileSystemId=home, Name=name)["StorageVirtualMachine"]
        for name in ("a", "b", "c")
    ]
    pages = fsx.get_paginator("describe_storage_virtual_machines").paginate(
        PaginationConfig={"PageSize": 2}
    )
    listed = [page["StorageVirtualMachines"] for page in pages]
    assert [len(page) for page in listed] == [2, 1]
    assert [*listed[0], *listed[1]] == made
    form = rf"arn:aws:fsx:us-east-1:\d{{12}}:storage-virtual-machine/{home}/svm-[0-9a-f]{{17}}"
    assert all(re.fullmatch(form, each["ResourceARN"]) for each in made)
    ids = [made[1]["StorageVirtualMachineId"]]
    assert fsx.describe_storage_virtual_machines(StorageVirtualMachineIds=ids)[
        "StorageVirtualMachines"
    ] == [made[1]]
    assert fsx.describe_file_systems()["FileSystems"][0]["FileSystemId"] == home


@pytest.mark.parametrize(("kind", "code"), [("LUSTRE", "BadRequest"), (None, "FileSystemNotFound")])
def test_only_a_file_system_of_ontap_has_virtual_machines(
    lab: Sandbox, kind: str | None, code: str
) -> None:
    assert lab.endpoint
    home = file_system(kind) if kind else f"fs-{'0' * 17}"
    with pytest.raises(ClientError) as raised:
        client("fsx").create_storage_virtual_machine(FileSystemId=home, Name="a")
    assert raised.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError) as raised:
        client("fsx").describe_storage_virtual_machines(
            StorageVirtualMachineIds=[f"svm-{'0' * 17}"]
        )
    assert raised.value.response["Error"]["Code"] == "StorageVirtualMachineNotFound"
