"""How DataSync names the kinds of locations, and what it is told to create one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from graph.model.location import EfsSpec, LocationSpec, S3Spec

KINDS: Final = {
    "S3": ("s3", "s3"),
    "EFS": ("efs", "efs"),
    "NFS": ("nfs", "nfs"),
    "SMB": ("smb", "smb"),
    "HDFS": ("hdfs", "hdfs"),
    "OBJECT_STORAGE": ("object-storage", "object_storage"),
    "AZURE_BLOB": ("azure-blob", "azure_blob"),
    "FSX_LUSTRE": ("fsxl", "fsx_lustre"),
    "FSX_WINDOWS": ("fsxw", "fsx_windows"),
    "FSX_OPEN_ZFS": ("fsxz", "fsx_open_zfs"),
    "FSX_ONTAP": ("fsxn", "fsx_ontap"),
}
"""By kind: the scheme of its URI, and the end of the names of its operations."""

_BY_SCHEME: Final = {scheme: kind for kind, (scheme, _) in KINDS.items()} | {
    "fsxn-nfs": "FSX_ONTAP",
    "fsxn-smb": "FSX_ONTAP",
}


def kind_of(uri: str) -> str:
    """The kind that a URI's scheme stands for; the scheme in capitals if it is a new one."""
    scheme = uri.partition("://")[0]
    return _BY_SCHEME.get(scheme, scheme.upper().replace("-", "_"))


class Creation(NamedTuple):
    """How a location of one kind is created."""

    operation: str
    params: Callable[[Any, str | None], dict[str, Any]]
    """From a specification and the ARN of the role that reads it."""
    arn: Callable[[Any], str]
    """The ARN of what it reaches, whose last part stands in the location's URI."""


def _s3(spec: S3Spec, role_arn: str | None) -> dict[str, Any]:
    return {
        "S3BucketArn": spec.bucket_arn,
        "S3StorageClass": spec.storage_class,
        "S3Config": {"BucketAccessRoleArn": role_arn},
    }


def _efs(spec: EfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return {
        "EfsFilesystemArn": spec.filesystem_arn,
        "Ec2Config": {
            "SubnetArn": spec.subnet_arn,
            "SecurityGroupArns": list(spec.security_group_arns),
        },
    }


CREATIONS: Final[Mapping[type[LocationSpec], Creation]] = {
    S3Spec: Creation("create_location_s3", _s3, lambda spec: str(spec.bucket_arn)),
    EfsSpec: Creation("create_location_efs", _efs, lambda spec: str(spec.filesystem_arn)),
}
