"""Making and unmaking DataSync's locations and tasks: each can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
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
    kind = _KINDS[type(spec)]
    answer = await _call(
        gateway,
        account_id,
        kind.operation,
        **kind.params(spec, role_arn),
        Subdirectory=spec.subdirectory,
        Tags=_given(tags),
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


async def delete_location(gateway: Gateway, arn: str) -> None:
    """One that is gone is no obstacle."""
    await _delete(gateway, "delete_location", arn, LocationArn=arn)


async def delete_task(gateway: Gateway, arn: str) -> None:
    """One that is gone is no obstacle."""
    await _delete(gateway, "delete_task", arn, TaskArn=arn)


def reached(spec: LocationSpec) -> str:
    """The name of what a location of that kind reaches, which stands in its URI."""
    return _KINDS[type(spec)].arn(spec).replace("/", ":").rpartition(":")[2]


def operation_tag(operation_id: str) -> Tag:
    return Tag(OPERATION_TAG, operation_id)


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


class _Kind(NamedTuple):
    """How a location of one kind is made, and by which ARN its URI is known again."""

    operation: str
    params: Callable[[Any, str | None], dict[str, Any]]
    arn: Callable[[Any], str]


_KINDS: Final[Mapping[type[LocationSpec], _Kind]] = {
    S3Spec: _Kind("create_location_s3", _s3, lambda spec: str(spec.bucket_arn)),
    EfsSpec: _Kind("create_location_efs", _efs, lambda spec: str(spec.filesystem_arn)),
}


async def _delete(gateway: Gateway, operation: str, arn: str, **params: str) -> None:
    try:
        await _call(gateway, names.arn(arn).account, operation, **params)
    except NotFound:
        return


async def _call(gateway: Gateway, account_id: str, operation: str, **params: Any) -> dict[str, Any]:
    return await gateway.call(account_id, "datasync", Access.MANAGE, operation, **params)


def _given(tags: tuple[Tag, ...]) -> list[dict[str, str]]:
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]
