"""A type for each of AWS's kinds of locations, and one for kinds that AWS adds."""

from __future__ import annotations

from typing import Final

import strawberry

from graph.model import location as model
from graph.schema.aws_locations import (
    EfsLocation,
    FsxLustreLocation,
    FsxOntapLocation,
    FsxOpenZfsLocation,
    FsxWindowsLocation,
    S3Location,
)
from graph.schema.location import Location
from graph.schema.server_locations import (
    AzureBlobLocation,
    HdfsLocation,
    NfsLocation,
    ObjectStorageLocation,
    SmbLocation,
)


@strawberry.type(
    description="A location of a kind that AWS added after this version of the server."
)
class OtherLocation(Location):
    pass


TYPES: Final[dict[str, type[Location]]] = {
    "S3": S3Location,
    "EFS": EfsLocation,
    "FSX_LUSTRE": FsxLustreLocation,
    "FSX_ONTAP": FsxOntapLocation,
    "FSX_OPEN_ZFS": FsxOpenZfsLocation,
    "FSX_WINDOWS": FsxWindowsLocation,
    "NFS": NfsLocation,
    "SMB": SmbLocation,
    "HDFS": HdfsLocation,
    "OBJECT_STORAGE": ObjectStorageLocation,
    "AZURE_BLOB": AzureBlobLocation,
}


def of_its_kind(value: model.Location | model.ListedLocation) -> Location:
    """The location as the GraphQL type of its kind."""
    return TYPES.get(value.kind, OtherLocation)(value=value)


def shown(value: model.Location | model.ListedLocation | None) -> Location | None:
    """The same for a location that may be gone."""
    return None if value is None else of_its_kind(value)
