"""A file system in Amazon FSx for Lustre."""

from __future__ import annotations

from typing import Any, Final

from graph.locations.arns import check_arn
from graph.locations.checks import FSX_FILE_SYSTEM, check_dollar_path, check_security_groups
from graph.locations.kind import Creation, Home, LocationKind, Path, of_file_system
from graph.model.location_specs import FsxLustreSpec


def _check(spec: FsxLustreSpec, home: Home, path: Path) -> None:
    where = (*path, "filesystemArn")
    check_arn(spec.filesystem_arn, "fsx", FSX_FILE_SYSTEM, home, where)
    check_security_groups(spec.security_group_arns, home, path)
    check_dollar_path(spec.subdirectory, (*path, "subdirectory"))


def _params(spec: FsxLustreSpec, _role_arn: str | None) -> dict[str, Any]:
    return {
        "FsxFilesystemArn": spec.filesystem_arn,
        "SecurityGroupArns": list(spec.security_group_arns),
    }


KIND: Final = LocationKind(
    name="FSX_LUSTRE",
    scheme="fsxl",
    operation="fsx_lustre",
    creation=Creation(
        spec=FsxLustreSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.filesystem_arn),
    ),
    resources_at=of_file_system,
)
