"""The input objects of mutations, and their conversion to values of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph.locations import CREATABLE, KINDS, Creation
from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.location import MOST_SECURITY_GROUPS, LocationSpec
from graph.model.mover import MOST_TAGS, Tag
from graph.model.operation import NewMover
from graph.schema.override_inputs import RunOverridesInput
from graph.schema.scalars import AccountId, Arn, BigInt
from graph.schema.tag import TagInput

_MOVER: Final = "The global id of the mover, as in `Mover.id`. A mover that is gone is NOT_FOUND."
MOST_ARNS: Final = 1_000
"""The ARNs that one cleanup may name."""


@strawberry.input(
    description="An S3 bucket, or a prefix of one. The server creates the role that DataSync "
    "accesses it with, and deletes it together with the mover."
)
class S3LocationInput:
    bucket_arn: Arn = strawberry.field(
        description="The ARN of the bucket, such as `arn:aws:s3:::my-bucket`, or of an access "
        "point."
    )
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The prefix to transfer, from the bucket's root, such as `/photos/2024`; the "
        "whole bucket if absent. At most 4,096 characters.",
    )
    storage_class: str | None = strawberry.field(
        default=None,
        description="The storage class of objects written here, such as STANDARD_IA; STANDARD "
        "if absent. It has no effect on a source.",
    )


@strawberry.input(description="An EFS file system, mounted by DataSync from one subnet of its VPC.")
class EfsLocationInput:
    filesystem_arn: Arn = strawberry.field(
        description="The ARN of the file system, in the mover's account and region."
    )
    subnet_arn: Arn = strawberry.field(
        description="The ARN of the subnet to mount the file system from. It must have access to a "
        "mount target."
    )
    security_group_arns: list[Arn] = strawberry.field(
        description="The ARNs of 1 to 5 security groups for DataSync's network interfaces. The "
        "mount target must accept NFS traffic from them."
    )
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The folder to transfer, from the file system's root; all of it if absent.",
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


@strawberry.input(
    description="The mover to create. Everything that can be checked is checked before anything is "
    "created."
)
class CreateMoverInput:
    account: AccountId = strawberry.field(
        description="The AWS account in which the task is created."
    )
    group: str = strawberry.field(
        description="The group that the mover belongs to, 1 to 256 characters. A group exists as "
        "soon as it has a mover."
    )
    name: str = strawberry.field(
        description="The name of the mover, unique in its group: 1 to 40 letters, digits and "
        "hyphens."
    )
    source: LocationInput = strawberry.field(description="The location to read from.")
    destination: LocationInput = strawberry.field(description="The location to write to.")
    tags: list[TagInput] = strawberry.field(
        default_factory=list,
        description="Up to 44 tags to put on the task, its locations and its roles, in addition to "
        "the server's own.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your choice, 1 to 256 characters, that makes the request safe to "
        "repeat: the same key with the same input returns the first operation again. The same key "
        "with another input is rejected as CONFLICT. Keys are remembered for a day.",
    )


@strawberry.input(description="The mover to start.")
class StartMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your choice, 1 to 256 characters, that makes the request safe to "
        "repeat: the same key with the same mover returns the first run again, even after the "
        "mover was deleted. The same key with other overrides is rejected as CONFLICT. Keys are "
        "remembered for a day.",
    )
    overrides: RunOverridesInput | None = strawberry.field(
        default=None,
        description="What this run does differently from the mover; `Run.options`, `includes` and "
        "`excludes` show it. The mover itself is not changed.",
    )


@strawberry.input(description="The mover whose run is to be cancelled.")
class StopMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)


@strawberry.input(description="The run whose bandwidth is to be limited, and the limit.")
class SetRunBandwidthInput:
    run: strawberry.ID = strawberry.field(
        description="The global id of the run, as in `Run.id`. A run that is gone is NOT_FOUND."
    )
    bytes_per_second: BigInt = strawberry.field(
        description="The limit in bytes per second, at least 1; -1 removes the limit."
    )


@strawberry.input(description="The mover to delete, and what to do about a run in progress.")
class DeleteMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)
    cancel_run: bool = strawberry.field(
        default=False,
        description="Whether to cancel a run in progress first. If false, the request is rejected "
        "as ALREADY_RUNNING while a run is active.",
    )


def new_mover(given: CreateMoverInput) -> NewMover:
    """The mover to create. Raises Invalid, with the path of the input, for malformed values.

    Lengths of lists are checked before their items are converted.
    """
    _check_length(given.tags, MOST_TAGS, "tags")
    return NewMover(
        account_id=names.account_id(given.account),
        group=given.group,
        name=given.name,
        source=_location(given.source, "source"),
        destination=_location(given.destination, "destination"),
        tags=tuple(Tag(tag.key, tag.value) for tag in given.tags),
    )


def check_arns(given: Sequence[str]) -> None:
    """Raises Invalid for more ARNs than a request may name, or for text that is not an ARN."""
    _check_length(given, MOST_ARNS, "arns")
    for index, arn in enumerate(given):
        names.arn(arn, path=("arns", str(index)))


def _check_length(given: Sequence[object], most: int, *path: str) -> None:
    """Raises Invalid. Called before the items are converted."""
    if len(given) > most:
        raise Invalid(
            f"'{path[-1]}' has {len(given)} items. At most {most} are allowed.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )


def _location(given: LocationInput, side: str) -> LocationSpec:
    for name, creation in CREATABLE.items():
        part = getattr(given, name.lower())
        if part:
            return _spec(creation, part, (side, KINDS[name].member))
    known = " or ".join(f"'{KINDS[name].member}'" for name in CREATABLE)
    raise Invalid(
        f"The {side} must have exactly one kind of location: set {known}.",
        path=(side,),
        reason=InvalidReason.MISSING,
    )


def _spec(creation: Creation, given: object, path: tuple[str, ...]) -> LocationSpec:
    """The members of an input have the names of the specification's fields."""
    values: dict[str, Any] = {}
    for field in creation.rest:
        value, where = getattr(given, field), (*path, to_camel_case(field))
        if field.endswith("_arns"):
            _check_length(value, MOST_SECURITY_GROUPS, *where)
            value = tuple(_arn(arn, *where, str(index)) for index, arn in enumerate(value))
        elif field.endswith("_arn"):
            _arn(value, *where)
        values[field] = value
    made: LocationSpec = creation.spec(**values)
    return made


def _arn(given: str, *path: str) -> str:
    names.arn(given, path=path)
    return given
