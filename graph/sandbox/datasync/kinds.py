"""The kinds of locations, and the URI of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Params = dict[str, Any]


class Kind(NamedTuple):
    action: str
    """The suffix of its create, describe and update actions."""
    scheme: str
    host: Callable[[Params], str]


def tail(arn: str) -> str:
    """The part after the last colon or slash."""
    return re.split("[:/]", arn)[-1]


def uri(kind: str, params: Params) -> str:
    path = (params.get("Subdirectory") or "").strip("/")
    spec = KINDS[kind]
    return f"{spec.scheme}://{spec.host(params)}/{path}{'/' if path else ''}"


def _member(name: str) -> Callable[[Params], str]:
    return lambda params: str(params[name])


def _tail_of(name: str) -> Callable[[Params], str]:
    return lambda params: tail(params[name])


def _bucket(params: Params) -> str:
    """The URI of an access point has its whole ARN."""
    arn = str(params["S3BucketArn"])
    return arn.rsplit(":::", maxsplit=1)[-1]


KINDS: Final[dict[str, Kind]] = {
    "S3": Kind("s3", "s3", _bucket),
    "EFS": Kind("efs", "efs", _tail_of("EfsFilesystemArn")),
    "NFS": Kind("nfs", "nfs", _member("ServerHostname")),
    "SMB": Kind("smb", "smb", _member("ServerHostname")),
    "HDFS": Kind("hdfs", "hdfs", lambda p: "{Hostname}:{Port}".format(**p["NameNodes"][0])),
    "OBJECT_STORAGE": Kind(
        "object_storage", "object-storage", lambda p: f"{p['ServerHostname']}/{p['BucketName']}"
    ),
    "AZURE_BLOB": Kind(
        "azure_blob", "azure-blob", lambda p: str(p["ContainerUrl"]).split("://")[-1].rstrip("/")
    ),
    "FSX_LUSTRE": Kind("fsx_lustre", "fsxl", _tail_of("FsxFilesystemArn")),
    "FSX_WINDOWS": Kind("fsx_windows", "fsxw", _tail_of("FsxFilesystemArn")),
    "FSX_OPEN_ZFS": Kind("fsx_open_zfs", "fsxz", _tail_of("FsxFilesystemArn")),
    "FSX_ONTAP": Kind("fsx_ontap", "fsxn", _tail_of("StorageVirtualMachineArn")),
}
