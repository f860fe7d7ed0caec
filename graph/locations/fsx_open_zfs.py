"""A file system in Amazon FSx for OpenZFS."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import check_arn
from graph.locations.checks import (
    FSX_FILE_SYSTEM,
    NFS_VERSIONS,
    check_form,
    check_security_groups,
    check_word,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, of_file_system
from graph.model.location_specs import FsxOpenZfsSpec

_PATH: Final = re.compile(r"/fsx(/[^\u0000\u0085\u2028\u2029\r\n]{0,4091})?")


def _check(spec: FsxOpenZfsSpec, home: Home, path: Path) -> None:
    where = (*path, "filesystemArn")
    check_arn(spec.filesystem_arn, "fsx", FSX_FILE_SYSTEM, home, where)
    check_security_groups(spec.security_group_arns, home, path)
    sentence = "A folder of FSx for OpenZFS begins with /fsx and has at most 4096 characters."
    check_form(spec.subdirectory, _PATH, sentence, (*path, "subdirectory"))
    check_word(spec.version, NFS_VERSIONS, (*path, "version"))


def _params(spec: FsxOpenZfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return {
        "FsxFilesystemArn": spec.filesystem_arn,
        "SecurityGroupArns": list(spec.security_group_arns),
        "Protocol": {"NFS": {"MountOptions": {"Version": spec.version or "AUTOMATIC"}}},
    }


KIND: Final = LocationKind(
    name="FSX_OPEN_ZFS",
    scheme="fsxz",
    operation="fsx_open_zfs",
    creation=Creation(
        spec=FsxOpenZfsSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.filesystem_arn),
    ),
    resources_at=of_file_system,
)
