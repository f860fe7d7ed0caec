"""A storage virtual machine in Amazon FSx for NetApp ONTAP."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import check_arn
from graph.locations.checks import (
    SMB_VERSIONS,
    check_form,
    check_secret,
    check_security_groups,
    check_user,
    check_word,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, arns_at, given
from graph.model.location import Location
from graph.model.location_specs import FsxOntapSpec, OntapSmbSpec
from graph.model.resources import Resource

_MACHINE: Final = r"storage-virtual-machine/fs-[0-9a-f]+/svm-[0-9a-f]{17,}"
_PATH: Final = re.compile(r"[^\u0000\u0085\u2028\u2029\r\n]{1,255}")


def _check(spec: FsxOntapSpec, home: Home, path: Path) -> None:
    where = (*path, "storageVirtualMachineArn")
    check_arn(spec.storage_virtual_machine_arn, "fsx", _MACHINE, home, where)
    check_security_groups(spec.security_group_arns, home, path)
    sentence = "A junction path, qtree or share has 1 to 255 characters, without line breaks."
    check_form(spec.subdirectory, _PATH, sentence, (*path, "subdirectory"))
    if spec.smb is not None:
        check_user(spec.smb, (*path, "smb"))
        check_secret(spec.smb.secret, home, (*path, "smb"))
        check_word(spec.smb.version, SMB_VERSIONS, (*path, "smb", "version"))


def _params(spec: FsxOntapSpec, _role_arn: str | None) -> dict[str, Any]:
    return {
        "StorageVirtualMachineArn": spec.storage_virtual_machine_arn,
        "SecurityGroupArns": list(spec.security_group_arns),
        "Protocol": _protocol(spec.smb),
    }


def _protocol(smb: OntapSmbSpec | None) -> dict[str, Any]:
    """NFS has version 3 alone here."""
    if smb is None:
        return {"NFS": {"MountOptions": {"Version": "NFS3"}}}
    return {
        "SMB": given(
            User=smb.user,
            Domain=smb.domain,
            CustomSecretConfig=secret_config(smb.secret),
            MountOptions=given(Version=smb.version),
        )
    }


def _resources_at(location: Location) -> list[Resource]:
    if not location.described.get("StorageVirtualMachineArn"):
        return []
    # The virtual machine is a part of the file system, which creating does not name.
    return arns_at(location.described, "FsxFilesystemArn")


KIND: Final = LocationKind(
    name="FSX_ONTAP",
    scheme="fsxn",
    operation="fsx_ontap",
    creation=Creation(
        spec=FsxOntapSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.storage_virtual_machine_arn),
        uri_names_target=False,
    ),
    more_schemes=("fsxn-nfs", "fsxn-smb"),
    resources_at=_resources_at,
)
