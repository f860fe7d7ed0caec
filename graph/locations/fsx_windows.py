"""A file system in Amazon FSx for Windows File Server."""

from __future__ import annotations

from typing import Any, Final

from graph.locations.arns import check_arn
from graph.locations.checks import (
    FSX_FILE_SYSTEM,
    check_dollar_path,
    check_secret,
    check_security_groups,
    check_user,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, given, of_file_system
from graph.model.location_specs import FsxWindowsSpec


def _check(spec: FsxWindowsSpec, home: Home, path: Path) -> None:
    where = (*path, "filesystemArn")
    check_arn(spec.filesystem_arn, "fsx", FSX_FILE_SYSTEM, home, where)
    check_security_groups(spec.security_group_arns, home, path)
    check_user(spec, path)
    check_secret(spec.secret, home, path)
    check_dollar_path(spec.subdirectory, (*path, "subdirectory"))


def _params(spec: FsxWindowsSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        FsxFilesystemArn=spec.filesystem_arn,
        SecurityGroupArns=list(spec.security_group_arns),
        User=spec.user,
        Domain=spec.domain,
        CustomSecretConfig=secret_config(spec.secret),
    )


KIND: Final = LocationKind(
    name="FSX_WINDOWS",
    scheme="fsxw",
    operation="fsx_windows",
    creation=Creation(
        spec=FsxWindowsSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.filesystem_arn),
    ),
    resources_at=of_file_system,
)
