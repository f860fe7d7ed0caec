"""What moto leaves out of Amazon FSx: network interfaces, and storage virtual machines of ONTAP."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.ec2.models import ec2_backends
from moto.fsx.exceptions import FileSystemNotFound
from moto.fsx.models import FileSystem, FSxBackend
from moto.fsx.responses import FSxResponse
from moto.fsx.urls import url_bases as url_bases  # noqa: PLC0414 - for moto, which looks here
from moto.utilities.paginator import paginate

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.parameters import random_id
from graph.sandbox.moto_internals import MotosUrls

_PAGES: Final = {
    "virtual_machines": {
        "input_token": "next_token",
        "limit_key": "max_results",
        "limit_default": 2_147_483_647,
        "unique_attribute": "StorageVirtualMachineId",
    }
}


class VirtualMachinesResponse(FSxResponse):  # type: ignore[misc]  # moto is not typed
    """moto's, with the calls for virtual machines."""

    def describe_file_systems(self) -> str:
        answer = json.loads(super().describe_file_systems())
        for item in answer["FileSystems"]:
            item["NetworkInterfaceIds"] = self.fsx_backend.interfaces[item["FileSystemId"]]
        return json.dumps(answer)

    def create_storage_virtual_machine(self) -> str:
        made = self.fsx_backend.create_virtual_machine(json.loads(self.body))
        return json.dumps({"StorageVirtualMachine": made})

    def describe_storage_virtual_machines(self) -> str:
        params = json.loads(self.body)
        found, token = self.fsx_backend.virtual_machines(
            ids=params.get("StorageVirtualMachineIds") or [],
            max_results=params.get("MaxResults"),
            next_token=params.get("NextToken"),
        )
        return json.dumps({"StorageVirtualMachines": found, "NextToken": token})


class VirtualMachinesBackend(MotosUrls, FSxBackend):  # type: ignore[misc]  # moto is not typed
    """moto's, with virtual machines as FSx describes them, by id."""

    urls = sys.modules[__name__]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.machines: dict[str, dict[str, Any]] = {}
        self.interfaces: defaultdict[str, list[str]] = defaultdict(list)
        """The ids of the network interfaces of file systems, by the id of the latter."""

    def create_file_system(self, **given: Any) -> FileSystem:
        """With an interface in each subnet, in the security groups that are given."""
        made = super().create_file_system(**given)
        ec2 = ec2_backends[self.account_id][self.region_name]
        for subnet_id in made.subnet_ids:
            subnet = ec2.get_subnet(subnet_id)
            address = subnet.get_available_subnet_ip(made)
            interface = ec2.create_network_interface(
                subnet, address, group_ids=made.security_group_ids or []
            )
            self.interfaces[made.file_system_id].append(interface.id)
        return made

    def create_virtual_machine(self, params: dict[str, Any]) -> dict[str, Any]:
        """Refuses file systems that do not exist, or that are not of ONTAP."""
        file_system_id = params["FileSystemId"]
        file_system = self.file_systems.get(file_system_id)
        if file_system is None:
            raise FileSystemNotFound(file_system_id)
        if file_system.file_system_type != "ONTAP":
            raise JsonRESTError("BadRequest", f"{file_system_id} is no file system of ONTAP.")
        machine_id = f"svm-{random_id()}"
        own = f"arn:aws:fsx:{self.region_name}:{self.account_id}"
        made = {
            "StorageVirtualMachineId": machine_id,
            "FileSystemId": file_system_id,
            "Name": params["Name"],
            "ResourceARN": f"{own}:storage-virtual-machine/{file_system_id}/{machine_id}",
            "Lifecycle": "CREATED",
            "Subtype": "DEFAULT",
            "CreationTime": CLOCK.now().timestamp(),
            "Tags": params.get("Tags") or [],
        }
        self.machines[machine_id] = made
        return made

    @paginate(pagination_model=_PAGES)  # type: ignore[untyped-decorator]  # moto is not typed
    def virtual_machines(self, ids: list[str]) -> list[dict[str, Any]]:
        """Those with the ids, or all."""
        gone = [machine_id for machine_id in ids if machine_id not in self.machines]
        if gone:
            text = f"Storage virtual machine '{gone[0]}' does not exist."
            raise JsonRESTError("StorageVirtualMachineNotFound", text)
        return [self.machines[machine_id] for machine_id in ids or list(self.machines)]


url_paths = {"{0}/$": VirtualMachinesResponse.dispatch}
