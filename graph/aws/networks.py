"""What lies between DataSync and a file system: mount targets, subnets and security groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway
from graph.model.errors import NotFound

_INTERFACES: Final = 20
"""All interfaces of a file system have the same security groups."""


@dataclass(frozen=True, slots=True)
class MountTarget:
    """Where a file system of EFS can be mounted from one Availability Zone."""

    id: str
    availability_zone: str | None


@dataclass(frozen=True, slots=True)
class Subnet:
    """A part of a VPC."""

    availability_zone: str | None
    cidr: str | None


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """What a security group lets in and out, as EC2 describes it."""

    id: str
    inbound: tuple[Mapping[str, Any], ...]
    outbound: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system of FSx."""

    state: str
    """Such as AVAILABLE."""
    interfaces: tuple[str, ...]
    """The ids of its network interfaces."""


async def mount_targets(aws: AccountGateway, file_system_id: str) -> list[MountTarget] | None:
    """The first hundred of a file system, which has one per zone; None if it does not exist."""
    given = {"FileSystemId": file_system_id, "MaxItems": 100}
    try:
        answer = await aws.call("efs", Access.DISCOVER, "describe_mount_targets", **given)
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    return [
        MountTarget(item["MountTargetId"], item.get("AvailabilityZoneName"))
        for item in answer["MountTargets"]
    ]


async def groups_of_mount_target(aws: AccountGateway, mount_target_id: str) -> list[str]:
    """The ids of its security groups."""
    operation = "describe_mount_target_security_groups"
    answer = await aws.call("efs", Access.DISCOVER, operation, MountTargetId=mount_target_id)
    return list(answer["SecurityGroups"])


async def subnet_of(aws: AccountGateway, subnet_id: str) -> Subnet | None:
    """A subnet, also one that another account shares; None if it does not exist."""
    try:
        answer = await aws.call("ec2", Access.DISCOVER, "describe_subnets", SubnetIds=[subnet_id])
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    found = next(iter(answer["Subnets"]), None)
    return found and Subnet(found.get("AvailabilityZone"), found.get("CidrBlock"))


async def security_groups(aws: AccountGateway, ids: Iterable[str]) -> list[SecurityGroup] | None:
    """Security groups; None if one of them does not exist."""
    wanted = sorted(set(ids))
    try:
        answer = await aws.call("ec2", Access.DISCOVER, "describe_security_groups", GroupIds=wanted)
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    return [
        SecurityGroup(
            item["GroupId"],
            tuple(item.get("IpPermissions") or ()),
            tuple(item.get("IpPermissionsEgress") or ()),
        )
        for item in answer["SecurityGroups"]
    ]


async def file_system_of_fsx(aws: AccountGateway, file_system_id: str) -> FileSystem | None:
    """A file system of FSx; None if it does not exist."""
    given = {"FileSystemIds": [file_system_id]}
    try:
        answer = await aws.call("fsx", Access.DISCOVER, "describe_file_systems", **given)
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    found = next(iter(answer["FileSystems"]), None)
    return found and FileSystem(
        str(found.get("Lifecycle") or "AVAILABLE"), tuple(found.get("NetworkInterfaceIds") or ())
    )


async def lifecycle_of_virtual_machine(aws: AccountGateway, machine_id: str) -> str | None:
    """The state of a storage virtual machine, such as CREATED; None if it does not exist."""
    given = {"StorageVirtualMachineIds": [machine_id]}
    operation = "describe_storage_virtual_machines"
    try:
        answer = await aws.call("fsx", Access.DISCOVER, operation, **given)
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    found = next(iter(answer["StorageVirtualMachines"]), None)
    return found and str(found.get("Lifecycle") or "CREATED")


async def groups_of_interfaces(aws: AccountGateway, ids: Sequence[str]) -> list[str]:
    """The ids of the security groups of network interfaces, of the first twenty."""
    given = {"NetworkInterfaceIds": list(ids[:_INTERFACES])}
    answer = await aws.call("ec2", Access.DISCOVER, "describe_network_interfaces", **given)
    listed = [group for item in answer["NetworkInterfaces"] for group in item.get("Groups") or ()]
    return sorted({group["GroupId"] for group in listed})
