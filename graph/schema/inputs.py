"""What mutations are given, and its way into our values."""

from __future__ import annotations

import strawberry

from graph.model import names
from graph.model.errors import Invalid
from graph.model.location import EfsSpec, LocationSpec, S3Spec
from graph.model.mover import OWN_TAGS, Tag
from graph.model.operation import NewMover
from graph.schema.scalars import AccountId, Arn
from graph.schema.tag import TagInput


@strawberry.input(description="A bucket, or a prefix of one. The server makes the role for it.")
class S3LocationInput:
    bucket_arn: Arn = strawberry.field(description="Such as `arn:aws:s3:::my-bucket`.")
    subdirectory: str | None = strawberry.field(
        default=None, description="The prefix, from the bucket's root; all of it where absent."
    )
    storage_class: str | None = strawberry.field(
        default=None, description="For what is written there; STANDARD where absent."
    )


@strawberry.input(description="An EFS file system, reached from one subnet of its network.")
class EfsLocationInput:
    filesystem_arn: Arn = strawberry.field(description="Of the file system.")
    subnet_arn: Arn = strawberry.field(description="The subnet to mount it from.")
    security_group_arns: list[Arn] = strawberry.field(
        description="For DataSync's network interfaces, 1 to 5."
    )
    subdirectory: str | None = strawberry.field(
        default=None, description="The folder, from the file system's root."
    )


@strawberry.input(one_of=True, description="One end of a mover to be made: exactly one kind.")
class LocationInput:
    s3: S3LocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Amazon S3."
    )
    efs: EfsLocationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Amazon EFS."
    )


@strawberry.input(description="A mover to be made.")
class CreateMoverInput:
    account: AccountId = strawberry.field(description="Where its task will be.")
    group: str = strawberry.field(description="The group it will belong to.")
    name: str = strawberry.field(
        description="Unique in the group; 1 to 40 letters, digits and hyphens."
    )
    source: LocationInput = strawberry.field(description="Where objects come from.")
    destination: LocationInput = strawberry.field(description="Where objects go.")
    tags: list[TagInput] = strawberry.field(
        default_factory=list, description="For the task, its locations and roles."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key and input give the same answer again; the same key with "
        "another input is a CONFLICT. Kept for a day.",
    )


@strawberry.input(description="A run to be started.")
class StartMoverInput:
    mover: strawberry.ID = strawberry.field(description="The mover's id.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key and mover give the same run again, also when the mover is "
        "deleted by then. Kept for a day.",
    )


@strawberry.input(description="A run to be cancelled.")
class StopMoverInput:
    mover: strawberry.ID = strawberry.field(description="The mover's id.")


@strawberry.input(description="A mover to be deleted, with its locations and their roles.")
class DeleteMoverInput:
    mover: strawberry.ID = strawberry.field(description="The mover's id.")
    cancel_run: bool = strawberry.field(
        default=False, description="Cancel the active run first, rather than refuse."
    )


def new_mover(given: CreateMoverInput) -> NewMover:
    """The mover to be made. Raises Invalid for what no mover can have."""
    return NewMover(
        account_id=names.account_id(given.account),
        group=given.group,
        name=given.name,
        source=_location(given.source, "source"),
        destination=_location(given.destination, "destination"),
        tags=tuple(_tag(tag, index) for index, tag in enumerate(given.tags)),
    )


def _location(given: LocationInput, side: str) -> LocationSpec:
    if given.s3:
        return S3Spec(
            bucket_arn=_arn(given.s3.bucket_arn, side, "s3", "bucketArn"),
            subdirectory=given.s3.subdirectory,
            storage_class=given.s3.storage_class,
        )
    if given.efs:
        groups = enumerate(given.efs.security_group_arns)
        return EfsSpec(
            filesystem_arn=_arn(given.efs.filesystem_arn, side, "efs", "filesystemArn"),
            subnet_arn=_arn(given.efs.subnet_arn, side, "efs", "subnetArn"),
            security_group_arns=tuple(
                _arn(arn, side, "efs", "securityGroupArns", str(index)) for index, arn in groups
            ),
            subdirectory=given.efs.subdirectory,
        )
    raise Invalid(f"the {side} needs exactly one kind of location", path=(side,))


def _arn(given: str, *path: str) -> str:
    names.arn(given, path=path)
    return given


def _tag(given: TagInput, index: int) -> Tag:
    if given.key in OWN_TAGS or given.key.startswith("aws:"):
        raise Invalid(f"the tag '{given.key}' is not for callers", path=("tags", str(index)))
    return Tag(given.key, given.value)
