"""Making and unmaking DataSync's locations and tasks: each can be repeated."""

from __future__ import annotations

from typing import Any, Final

from graph.aws.access import Access
from graph.aws.gateway import Gateway
from graph.aws.locations import list_locations
from graph.aws.tags import carries, tags_of
from graph.aws.tasks import list_tasks
from graph.model import names
from graph.model.errors import NotFound
from graph.model.location import EfsSpec, LocationSpec, S3Spec
from graph.model.mover import OPERATION_TAG, Tag

OPTIONS: Final = {
    "PreserveDeletedFiles": "PRESERVE",
    "TransferMode": "CHANGED",
    "VerifyMode": "ONLY_FILES_TRANSFERRED",
}
"""As the original server sets them."""


async def create_location(
    gateway: Gateway,
    account_id: str,
    spec: LocationSpec,
    role_arn: str | None,
    tags: tuple[Tag, ...],
) -> str:
    """Makes a location; gives its ARN. DataSync tests a bucket's role before it answers."""
    operation, params = _location(spec, role_arn)
    answer = await _call(
        gateway, account_id, operation, **params, Subdirectory=spec.subdirectory, Tags=_given(tags)
    )
    return str(answer["LocationArn"])


async def create_task(
    gateway: Gateway, account_id: str, name: str, ends: tuple[str, str], tags: tuple[Tag, ...]
) -> str:
    """Makes a task between two locations; gives its ARN."""
    answer = await _call(
        gateway,
        account_id,
        "create_task",
        Name=name,
        SourceLocationArn=ends[0],
        DestinationLocationArn=ends[1],
        Options=OPTIONS,
        Tags=_given(tags),
    )
    return str(answer["TaskArn"])


async def made_location(
    gateway: Gateway, account_id: str, spec: LocationSpec, tag: Tag
) -> str | None:
    """The location that carries the tag of an operation and fits, if an earlier try made one."""
    where = spec.bucket_arn if isinstance(spec, S3Spec) else spec.filesystem_arn
    host = where.replace("/", ":").rpartition(":")[2]
    for arn, uri in (await list_locations(gateway, account_id)).items():
        if uri.partition("://")[2].partition("/")[0] == host and await _has(gateway, arn, tag):
            return arn
    return None


async def made_task(gateway: Gateway, account_id: str, name: str, tag: Tag) -> str | None:
    """The task of that name that carries the tag of an operation, if there is one."""
    for task in await list_tasks(gateway, account_id):
        if task.name == name and await _has(gateway, task.task_arn, tag):
            return task.task_arn
    return None


async def delete_location(gateway: Gateway, arn: str) -> None:
    """One that is gone is no obstacle."""
    await _delete(gateway, "delete_location", arn, LocationArn=arn)


async def delete_task(gateway: Gateway, arn: str) -> None:
    """One that is gone is no obstacle."""
    await _delete(gateway, "delete_task", arn, TaskArn=arn)


def operation_tag(operation_id: str) -> Tag:
    return Tag(OPERATION_TAG, operation_id)


def _location(spec: LocationSpec, role_arn: str | None) -> tuple[str, dict[str, Any]]:
    if isinstance(spec, EfsSpec):
        network = {
            "SubnetArn": spec.subnet_arn,
            "SecurityGroupArns": list(spec.security_group_arns),
        }
        return "create_location_efs", {
            "EfsFilesystemArn": spec.filesystem_arn,
            "Ec2Config": network,
        }
    return "create_location_s3", {
        "S3BucketArn": spec.bucket_arn,
        "S3StorageClass": spec.storage_class,
        "S3Config": {"BucketAccessRoleArn": role_arn},
    }


async def _has(gateway: Gateway, arn: str, tag: Tag) -> bool:
    try:
        return carries(await tags_of(gateway, arn), {tag.key: tag.value})
    except NotFound:
        return False


async def _delete(gateway: Gateway, operation: str, arn: str, **params: str) -> None:
    try:
        await _call(gateway, names.arn(arn).account, operation, **params)
    except NotFound:
        return


async def _call(gateway: Gateway, account_id: str, operation: str, **params: Any) -> dict[str, Any]:
    return await gateway.call(account_id, "datasync", Access.MANAGE, operation, **params)


def _given(tags: tuple[Tag, ...]) -> list[dict[str, str]]:
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]
