"""Locations: the source and the destination of a mover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final

MOST_SECURITY_GROUPS: Final = 5
"""The security groups of one EFS location that DataSync allows."""


class SecretKind(Enum):
    """Who keeps the secret of a location."""

    MANAGED = "MANAGED"
    CUSTOMER_KEY = "CUSTOMER_KEY"
    CUSTOM = "CUSTOM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A location as its describe call returns it; never with a secret."""

    arn: str
    kind: str
    """S3, EFS, FSX_LUSTRE, FSX_ONTAP, FSX_OPEN_ZFS, FSX_WINDOWS, NFS, SMB, HDFS, OBJECT_STORAGE,
    AZURE_BLOB; for a kind that is new to the server, the scheme of its URI in capitals."""
    uri: str
    created_at: datetime | None
    described: Mapping[str, Any] = field(repr=False)
    """AWS's response unchanged; empty for a kind that is new to the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLocation:
    """What AWS's list has of a location, in which a hundred cost one call."""

    arn: str
    kind: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Spec:
    """A new S3 location. The server creates the role that DataSync accesses the bucket with."""

    bucket_arn: str
    subdirectory: str | None = None
    storage_class: str | None = None
    """STANDARD if absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsSpec:
    """A new EFS location, mounted from one subnet of its VPC."""

    filesystem_arn: str
    subnet_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None


LocationSpec = S3Spec | EfsSpec
