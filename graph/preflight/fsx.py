"""Checks of a file system of FSx, and of the way to it. At most four calls."""

from __future__ import annotations

from functools import partial
from typing import Final

from graph.aws import networks
from graph.aws.client.gateway import AccountGateway
from graph.aws.networks import FileSystem
from graph.model import names
from graph.model.location_specs import (
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
)
from graph.model.preflight import PreflightCheck
from graph.preflight.networks import NFS, Route, examine_route, id_in
from graph.preflight.probe import Probe, guarded
from graph.preflight.results import About, MoverEnd

FsxSpec = FsxLustreSpec | FsxOntapSpec | FsxOpenZfsSpec | FsxWindowsSpec

_LUSTRE: Final = 988
_SMB: Final = 445
_FILE_SYSTEM: Final = "file system"
_READY: Final = "AVAILABLE"
_MACHINE: Final = "storage virtual machine"


async def examine_fsx(probe: Probe, spec: FsxSpec, end: MoverEnd) -> list[PreflightCheck]:
    """Whether the file system can be used, and reached from the security groups."""
    member = "storageVirtualMachineArn" if isinstance(spec, FsxOntapSpec) else "filesystemArn"
    return await guarded(
        end.about("file-system-exists", member), partial(_file_system, probe, spec, end)
    )


async def _file_system(
    probe: Probe, spec: FsxSpec, end: MoverEnd, about: About
) -> list[PreflightCheck]:
    named = names.arn(_arn(spec))
    aws, file_system_id = probe.at(named.region), named.resource.split("/")[1]
    if isinstance(spec, FsxOntapSpec):
        read = partial(networks.lifecycle_of_virtual_machine, aws, id_in(_arn(spec)))
        state = await probe.ask("fsx:DescribeStorageVirtualMachines", read)
        if state != "CREATED":
            return [_unusable(about, _MACHINE, state, "CREATED")]
    found = await probe.ask(
        "fsx:DescribeFileSystems", partial(networks.file_system_of_fsx, aws, file_system_id)
    )
    if found is None:
        return [_unusable(about, _FILE_SYSTEM, None, _READY)]
    if found.state != _READY:
        return [_unusable(about, _FILE_SYSTEM, found.state, _READY)]
    exists = about.passed(f"The file system exists and is {_READY}.")
    network = end.about("fsx-network", "securityGroupArns")
    return [exists, *await guarded(network, partial(_network, probe, aws, spec, found))]


def _unusable(about: About, what: str, state: str | None, ready: str) -> PreflightCheck:
    if state is None:
        return about.failed(f"There is no such {what}.", f"Choose another {what}.")
    return about.warned(f"The {what} is {state}.", f"Wait until it is {ready}.")


async def _network(
    probe: Probe, aws: AccountGateway, spec: FsxSpec, found: FileSystem, about: About
) -> list[PreflightCheck]:
    port = _port(spec)
    if not found.interfaces:
        text = "FSx does not tell which network interfaces the file system has."
        return [about.unknown(text, f"Look whether its security groups allow TCP {port}.")]
    read = partial(networks.groups_of_interfaces, aws, found.interfaces)
    theirs = await probe.ask("ec2:DescribeNetworkInterfaces", read)
    route = Route(spec.security_group_arns, port, "the file system")
    return await examine_route(probe, aws, route, theirs, about)


def _port(spec: FsxSpec) -> int:
    """The port without which nothing can be mounted; others may be needed besides."""
    if isinstance(spec, FsxLustreSpec):
        return _LUSTRE
    by_smb = isinstance(spec, FsxWindowsSpec) or (
        isinstance(spec, FsxOntapSpec) and spec.smb is not None
    )
    return _SMB if by_smb else NFS


def _arn(spec: FsxSpec) -> str:
    """Of the file system, or of its virtual machine."""
    if isinstance(spec, FsxOntapSpec):
        return spec.storage_virtual_machine_arn
    return spec.filesystem_arn
