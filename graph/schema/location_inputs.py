"""The source or destination of a new mover as an input, and its conversion to a specification."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from types import NoneType
from typing import Any, get_args, get_type_hints

import strawberry

from graph.locations import CHOICES
from graph.locations.kind import camel
from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.location import MOST_ITEMS
from graph.model.location_specs import LocationSpec
from graph.schema.aws_location_inputs import (
    EfsLocationInput,
    FsxLustreLocationInput,
    FsxOntapLocationInput,
    FsxOpenZfsLocationInput,
    FsxWindowsLocationInput,
    S3LocationInput,
)
from graph.schema.scalars import Arn
from graph.schema.server_location_inputs import (
    AzureBlobLocationInput,
    HdfsLocationInput,
    NfsLocationInput,
    ObjectStorageLocationInput,
    SmbLocationInput,
)


@strawberry.input(
    description="A location of DataSync that exists already, which may be of any kind and in "
    "another region. It is neither changed nor deleted with the mover."
)
class ExistingLocationInput:
    location_arn: Arn = strawberry.field(
        description="The ARN of the location, in the mover's account, as in `Location.arn`."
    )


@strawberry.input(
    one_of=True, description="The source or the destination of a new mover: set exactly one member."
)
class LocationInput:
    s3: S3LocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a bucket in Amazon S3, or a prefix of one."
    )
    efs: EfsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a file system in Amazon EFS, or a folder of one."
    )
    nfs: NfsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use an NFS file server."
    )
    smb: SmbLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use an SMB file server."
    )
    hdfs: HdfsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a Hadoop cluster."
    )
    object_storage: ObjectStorageLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use an object store other than Amazon S3."
    )
    azure_blob: AzureBlobLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a container in Azure Blob Storage."
    )
    fsx_lustre: FsxLustreLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a file system in FSx for Lustre."
    )
    fsx_windows: FsxWindowsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a file system in FSx for Windows File Server."
    )
    fsx_open_zfs: FsxOpenZfsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a file system in FSx for OpenZFS."
    )
    fsx_ontap: FsxOntapLocationInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Use a storage virtual machine in FSx for NetApp ONTAP.",
    )
    existing: ExistingLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Use a location that exists already."
    )


def spec_from(given: LocationInput, side: str) -> LocationSpec:
    """The specification. Raises Invalid, with the path of the input, for malformed values."""
    for member, creation in CHOICES.items():
        part = getattr(given, snake(member))
        if part:
            made: LocationSpec = _converted(creation.spec, part, (side, member))
            return made
    known = ", ".join(f"'{member}'" for member in CHOICES)
    raise Invalid(
        f"The {side} must have exactly one kind of location: set one of {known}.",
        path=(side,),
        reason=InvalidReason.MISSING,
    )


def check_length(given: object, most: int, *path: str) -> None:
    """Raises Invalid. Called before the items are converted."""
    if isinstance(given, list) and len(given) > most:
        raise Invalid(
            f"'{path[-1]}' has {len(given)} items. At most {most} are allowed.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )


def changed_fields(
    kind: type[Any], given: object, members: Iterable[str], path: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of a specification that an input sets. Raises Invalid for malformed values."""
    found = _values(kind, given, members, path)
    return {name: value for name, value in found.items() if value is not None}


def _converted(kind: type[Any], given: object, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - kind
    return kind(**_values(kind, given, [field.name for field in fields(kind)], path))


def _values(
    kind: type[Any], given: object, members: Iterable[str], path: tuple[str, ...]
) -> dict[str, Any]:
    """The members of an input have the names of the specification's fields."""
    hints, values = get_type_hints(kind), {}
    for name in members:
        value, where = getattr(given, name), (*path, camel(name))
        if name in MOST_ITEMS:
            check_length(value, MOST_ITEMS[name], *where)
        inner = [each for each in get_args(hints[name]) if each is not NoneType]
        values[name] = _value((inner or [hints[name]])[0], value, where)
    return values


def _value(hint: Any, value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - of any type
    """A null is as good as an absent member."""
    if isinstance(value, list):
        return tuple(_value(hint, item, (*path, str(index))) for index, item in enumerate(value))
    if value is None:
        return None
    if isinstance(value, str):
        if path[-1].endswith("Arn") or (len(path) > 1 and path[-2].endswith("Arns")):
            names.arn(value, path=path)
        return value
    return _converted(hint, value, path) if hasattr(hint, "__dataclass_fields__") else value


def snake(member: str) -> str:
    """The name of a member of an input as a field."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in member)
