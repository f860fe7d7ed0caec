"""Decides whether a response with a success status is an answer, before the SDK parses it.

The SDK's parsers are lenient: a sign-in page, ``{}`` or an object in place of a list all come out
as an answer without members, from which a caller would conclude that there are no tasks, that a
name is free or that a location is unused. So every response is checked against the shape of the
operation's output, and against the members that each operation always returns, which DataSync's
model does not mark as required.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError

from graph.aws.client.protocols import PROTOCOLS
from graph.locations import KINDS

_ERROR_STATUS: Final = 301
"""From this status on, the SDK treats a response as an error."""
_LOCATION_KINDS: Final = tuple(
    "".join(part.capitalize() for part in kind.operation.split("_")) for kind in KINDS.values()
)
"""The ends of the names of operations, such as ``FsxLustre``."""
_NOTHING: Final[tuple[str, ...]] = ()
_CREDENTIALS: Final = (
    "Credentials.AccessKeyId",
    "Credentials.SecretAccessKey",
    "Credentials.SessionToken",
    "Credentials.Expiration",
)
_TAGS: Final = ("ResourceTagMappingList[].ResourceARN", "ResourceTagMappingList[].Tags[].Key")

REQUIRED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "datasync": {
        "CancelTaskExecution": _NOTHING,
        **{f"CreateLocation{kind}": ("LocationArn",) for kind in _LOCATION_KINDS},
        "CreateAgent": ("AgentArn",),
        "CreateTask": ("TaskArn",),
        "DeleteAgent": _NOTHING,
        "DeleteLocation": _NOTHING,
        "DeleteTask": _NOTHING,
        "DescribeAgent": ("AgentArn", "Status"),
        **{f"DescribeLocation{kind}": ("LocationArn", "LocationUri") for kind in _LOCATION_KINDS},
        "DescribeLocationS3": ("LocationArn", "LocationUri", "S3Config.BucketAccessRoleArn"),
        "DescribeTask": ("TaskArn", "Status", "SourceLocationArn", "DestinationLocationArn"),
        "DescribeTaskExecution": ("TaskExecutionArn", "Status"),
        "ListAgents": ("Agents[].AgentArn", "Agents[].Status"),
        "ListLocations": ("Locations[].LocationArn", "Locations[].LocationUri"),
        "ListTagsForResource": ("Tags[].Key",),
        "ListTaskExecutions": ("TaskExecutions[].TaskExecutionArn", "TaskExecutions[].Status"),
        "ListTasks": ("Tasks[].TaskArn", "Tasks[].Status"),
        "StartTaskExecution": ("TaskExecutionArn",),
        "TagResource": _NOTHING,
        "UntagResource": _NOTHING,
        "UpdateAgent": _NOTHING,
        **{f"UpdateLocation{kind}": _NOTHING for kind in _LOCATION_KINDS},
        "UpdateTask": _NOTHING,
        "UpdateTaskExecution": _NOTHING,
    },
    "resourcegroupstaggingapi": {"GetResources": _TAGS},
    "iam": {
        "CreateRole": ("Role.Arn", "Role.RoleName"),
        "DeleteRole": _NOTHING,
        "DeleteRolePolicy": _NOTHING,
        "DetachRolePolicy": _NOTHING,
        "GetRole": ("Role.Arn", "Role.RoleName"),
        "GetRolePolicy": ("PolicyDocument",),
        "ListAttachedRolePolicies": ("AttachedPolicies[].PolicyArn",),
        "ListInstanceProfilesForRole": ("InstanceProfiles[].InstanceProfileName",),
        "ListRolePolicies": ("PolicyNames[]",),
        "ListRoles": ("Roles[].Arn", "Roles[].RoleName", "Roles[].CreateDate"),
        "PutRolePolicy": _NOTHING,
        "TagRole": _NOTHING,
        "UntagRole": _NOTHING,
        "RemoveRoleFromInstanceProfile": _NOTHING,
        "UpdateAssumeRolePolicy": _NOTHING,
    },
    "s3": {
        "GetBucketEncryption": ("ServerSideEncryptionConfiguration.Rules",),
        "GetBucketPolicy": ("Policy",),
        "GetBucketTagging": ("TagSet[].Key",),
        "GetBucketVersioning": _NOTHING,
        "HeadBucket": _NOTHING,
        "ListBuckets": ("Buckets[].Name",),
        "ListObjectsV2": ("Name",),
    },
    "ec2": {
        "DescribeNetworkInterfaces": ("NetworkInterfaces[].NetworkInterfaceId",),
        "DescribeSecurityGroups": ("SecurityGroups[].GroupId",),
        "DescribeSubnets": ("Subnets[].SubnetId",),
    },
    "efs": {
        "DescribeFileSystems": ("FileSystems[].FileSystemId",),
        "DescribeMountTargetSecurityGroups": ("SecurityGroups[]",),
        "DescribeMountTargets": ("MountTargets[].MountTargetId", "MountTargets[].SubnetId"),
    },
    "fsx": {
        "DescribeFileSystems": ("FileSystems[].FileSystemId", "FileSystems[].ResourceARN"),
        "DescribeStorageVirtualMachines": ("StorageVirtualMachines[].ResourceARN",),
    },
    "kms": {"DescribeKey": ("KeyMetadata.KeyId",)},
    "logs": {
        "DescribeLogGroups": ("logGroups[].logGroupName", "logGroups[].arn"),
        "DescribeResourcePolicies": ("resourcePolicies[].policyDocument",),
    },
    "s3control": {
        "GetAccessPoint": ("Bucket", "NetworkOrigin"),
        "GetAccessPointPolicy": ("Policy",),
    },
    "secretsmanager": {"ListSecrets": ("SecretList[].ARN",)},
    "sts": {
        "AssumeRole": _CREDENTIALS,
        # By the SDK itself, for the server's own credentials in Kubernetes.
        "AssumeRoleWithWebIdentity": _CREDENTIALS,
        "GetCallerIdentity": ("Account", "Arn"),
    },
}
"""By service and operation, the members that every answer has: ``a.b`` is a member of a structure,
``a[].b`` a member of every item of a list, which may be empty. An operation without a row cannot be
called."""


def check_answer(
    operation_model: OperationModel, response_dict: dict[str, Any], **_: object
) -> None:
    """A ``before-parse`` handler of the SDK: raises ResponseParserError for what is not an answer.

    An error response without a code gets its HTTP status as code, so that it can always be parsed.
    """
    service, name = operation_model.service_model.service_name, operation_model.name
    required = REQUIRED[service][name]
    protocol = PROTOCOLS[operation_model.service_model.resolved_protocol]
    if response_dict["status_code"] >= _ERROR_STATUS:
        protocol.normalize_error(operation_model, response_dict)
        return
    try:
        answer = protocol.read(operation_model, response_dict)
        for path in required:
            _require(answer, _parsed(path))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise ResponseParserError(f"{service}:{name}: {error}") from error


def _require(value: Any, path: Sequence[tuple[str, bool]]) -> None:
    """Raises LookupError where a required member is missing or null."""
    for depth, (name, is_list) in enumerate(path, 1):
        member = value.get(name)
        if member is None or member == "":
            raise LookupError(f"{name} is missing")
        if is_list:
            rest = path[depth:]
            if rest:
                for item in member:
                    _require(item, rest)
            return
        value = member


@cache
def _parsed(path: str) -> tuple[tuple[str, bool], ...]:
    """The names of the members of a path, each with whether it is a list."""
    return tuple((part.removesuffix("[]"), part.endswith("[]")) for part in path.split("."))
