"""Where objects come from and go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

MOST_SECURITY_GROUPS: Final = 5
"""Of one EFS location, as DataSync allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One end of a mover, as its describe call shows it: never with a secret."""

    arn: str
    kind: str
    """S3, EFS, FSX_LUSTRE, FSX_ONTAP, FSX_OPEN_ZFS, FSX_WINDOWS, NFS, SMB, HDFS, OBJECT_STORAGE,
    AZURE_BLOB; for a kind that is new to the server, the scheme of its URI in capitals."""
    uri: str
    created_at: datetime | None
    described: Mapping[str, Any] = field(repr=False)
    """The members of AWS's answer as they came; empty for a kind that is new to the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Spec:
    """An S3 location to be made. The server makes the role that DataSync reads the bucket with."""

    bucket_arn: str
    subdirectory: str | None = None
    storage_class: str | None = None
    """STANDARD where absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsSpec:
    """An EFS location to be made, reached from one subnet of its network."""

    filesystem_arn: str
    subnet_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None


LocationSpec = S3Spec | EfsSpec
