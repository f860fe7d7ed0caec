"""Operations that are stopped at each of their calls: how one begins, and how it has to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from graph.model.mover import OPERATION_TAG, PART_TAG
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.operations.by_hand import backend, by_hand, tag_role, tags_of_roles
from tests.world import CREATE, LAB, ORG, furnish, new_mover

DELETE: Final = """mutation($id: ID!) { deleteMover(input: {mover: $id}) {
  operation { id } errors { code message } } }"""
PATH: Final = f"/v1/datasync/{LAB}/movers/g/one"
UPDATE: Final = """mutation($input: UpdateMoverInput!) { updateMover(input: $input) {
  operation { id status } errors { code message path } } }"""
START: Final = (
    "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
)
CANCEL: Final = """mutation($id: ID!) { deleteMover(input: {mover: $id, cancelRun: true}) {
  operation { id } errors { code message } } }"""

Parts = tuple[int, int, int]
"""How many tasks, locations and roles there are, the management role not counted."""
WHOLE: Final = (1, 2, 2)
NONE: Final = (0, 0, 0)


@dataclass(frozen=True)
class Story:
    """One operation in an account of its own."""

    name: str
    begin: Callable[[Sandbox, str], dict[str, Any]]
    """Furnishes the account. Returns the variables of the mutation."""
    mutation: str
    passes: str
    """A call without which it would be another story."""
    status: str
    """With which it ends."""
    after: Parts
    """What is there at the end, where it was recorded before the kill."""
    never: Parts
    """The same where it was not."""
    only: frozenset[str] = frozenset()
    """The calls that it is stopped at; empty: all of them."""
    shows: Callable[[str, bool], bool] = lambda _account, _recorded: True
    """Whether the account shows what was done, or nothing of it where it was not recorded."""


def _buckets(aws: Sandbox, account: str) -> dict[str, Any]:
    furnish(aws, account)
    return {"input": new_mover(account=account)}


def _nowhere(aws: Sandbox, account: str) -> dict[str, Any]:
    return {"input": nowhere(_buckets(aws, account)["input"])}


def _file_system(aws: Sandbox, account: str) -> dict[str, Any]:
    home = f"us-east-1:{account}"
    efs = {
        "filesystemArn": f"arn:aws:elasticfilesystem:{home}:file-system/fs-0123abcd",
        "subnetArn": f"arn:aws:ec2:{home}:subnet/subnet-0123abcd",
        "securityGroupArns": [f"arn:aws:ec2:{home}:security-group/sg-0123abcd"],
    }
    return {"input": _buckets(aws, account)["input"] | {"source": {"efs": efs}}}


def _file_system_to_nowhere(aws: Sandbox, account: str) -> dict[str, Any]:
    return {"input": nowhere(_file_system(aws, account)["input"])}


def _two_roles(aws: Sandbox, account: str) -> dict[str, Any]:
    furnish(aws, account)
    return _id(by_hand("g", (_role(aws, account, "a"), _role(aws, account, "b")), account=account))


def _one_role_of_two_movers(aws: Sandbox, account: str) -> dict[str, Any]:
    furnish(aws, account)
    role = _role(aws, account, "one-12345")
    by_hand("other", (role, role), account=account)
    return _id(by_hand("g", (role, role), account=account))


def _to_be_changed(aws: Sandbox, account: str) -> dict[str, Any]:
    """A mover as the server makes them, with its marks."""
    given = _two_roles(aws, account)
    state = backend(account)
    for part in (*state.tasks.values(), *state.locations.values()):
        part.tags = part.tags | {OPERATION_TAG: "earlier"}
    for name in ("a", "b"):
        tag_role(account, name, {OPERATION_TAG: "earlier"})
    change = {"name": "two", "tags": [{"key": "k", "value": "v"}], "includes": ["/a"]}
    return {"input": {"mover": given["id"], **change}}


def _without_room(aws: Sandbox, account: str) -> dict[str, Any]:
    """The same, but that the destination has no room for another tag."""
    given = _to_be_changed(aws, account)
    destination = list(backend(account).locations.values())[1]
    destination.tags = destination.tags | {f"aws:{number}": "x" for number in range(49)}
    return given


def _with_files(aws: Sandbox, account: str) -> dict[str, Any]:
    given = _buckets(aws, account)["input"]
    return {"input": given | _files(account)}


def _with_files_in_vain(aws: Sandbox, account: str) -> dict[str, Any]:
    """The same with a schedule that DataSync refuses, and the server does not understand."""
    schedule = {"expression": "cron(0,1,70 0 LW * ? *)"}
    return {"input": _with_files(aws, account)["input"] | {"schedule": schedule}}


def _files(account: str) -> dict[str, Any]:
    bucket = f"arn:aws:s3:::from-{account}"
    return {
        "manifest": {"bucketArn": bucket, "path": "list.csv"},
        "report": {"bucketArn": bucket, "subdirectory": "new/"},
    }


def _with_secret(aws: Sandbox, account: str) -> dict[str, Any]:
    """From a share whose password DataSync reads with a role that the caller has made."""
    given = _buckets(aws, account)["input"]
    smb = {
        "serverHostname": "smb.example",
        "subdirectory": "/share",
        "user": "u",
        "agentArns": [f"arn:aws:datasync:us-east-1:{account}:agent/agent-{'0' * 17}"],
        "secret": {
            "secretArn": _secret(account),
            "accessRoleArn": aws.role(account, "reads-secret", service="datasync.amazonaws.com"),
        },
    }
    return {"input": given | {"source": {"smb": smb}}}


def _with_secret_to_nowhere(aws: Sandbox, account: str) -> dict[str, Any]:
    return {"input": nowhere(_with_secret(aws, account)["input"])}


def _secret(account: str) -> str:
    return f"arn:aws:secretsmanager:us-east-1:{account}:secret:smb-AbCdEf"


def _with_report(aws: Sandbox, account: str) -> dict[str, Any]:
    """A mover that writes reports with a role that the server has made."""
    given = _two_roles(aws, account)
    (task,) = backend(account).tasks.values()
    role = _role(aws, account, "one-report-0123456789")
    tag_role(account, "one-report-0123456789", {PART_TAG: "report", OPERATION_TAG: "earlier"})
    s3 = {"S3BucketArn": f"arn:aws:s3:::from-{account}", "BucketAccessRoleArn": role}
    task.settings["TaskReportConfig"] = {"Destination": {"S3": s3}}
    return given


def _to_other_files(aws: Sandbox, account: str) -> dict[str, Any]:
    given = _with_report(aws, account)
    return {"input": {"mover": given["id"], **_files(account)}}


def _running(aws: Sandbox, account: str) -> dict[str, Any]:
    """A mover whose run lists an object for longer than any test lasts."""
    given = _two_roles(aws, account)
    aws.put(account, f"from-{account}", "a", b"1")
    aws.set_pace(launch=0, phase=0, listing=10_000)
    (task,) = backend(account).tasks
    backend(account).start_task_execution({"TaskArn": task})
    return given


def nowhere(given: dict[str, Any]) -> dict[str, Any]:
    """The same mover, but that its destination is a bucket that is not there."""
    return given | {"destination": {"s3": {"bucketArn": "arn:aws:s3:::there-is-no-such-bucket"}}}


def _role(aws: Sandbox, account: str, name: str) -> str:
    path, bucket = f"/spinup/{ORG}/g/", f"from-{account}"
    return aws.role(account, name, service="datasync.amazonaws.com", bucket=bucket, path=path)


def _id(task: Any) -> dict[str, Any]:
    return {"id": encode("Mover", task.arn)}


def changed(account: str, recorded: bool) -> bool:  # noqa: FBT001 - a story calls it
    """Whether all parts of the mover are changed, or none of them."""
    (task,), places = backend(account).tasks.values(), backend(account).locations.values()
    tags = [task.tags, *(place.tags for place in places), *tags_of_roles(account)]
    settings = (task.name, [rule["Value"] for rule in task.settings.get("Includes") or ()])
    wanted, value = (("two", ["/a"]), "v") if recorded else (("one", []), None)
    return settings == wanted and [each.get("k") for each in tags] == [value] * 5


def has_files(account: str, recorded: bool) -> bool:  # noqa: FBT001 - a story calls it
    """Whether a mover has its new files, with their roles; or what it had before, if any."""
    for task in backend(account).tasks.values():
        report = task.settings.get("TaskReportConfig", {}).get("Destination", {}).get("S3", {})
        if ("ManifestConfig" in task.settings) is not recorded:
            return False
        if (report.get("Subdirectory") == "new/") is not recorded:
            return False
    return True


def has_secret(account: str, recorded: bool) -> bool:  # noqa: FBT001 - a story calls it
    """Whether the one share refers to its secret, and has no other; or there is none."""
    shares = [
        place.params["CustomSecretConfig"]["SecretArn"]
        for place in backend(account).locations.values()
        if place.kind == "SMB"
    ]
    return shares == ([_secret(account)] if recorded else [])


_DONE: Final = "COMPLETED"

MADE: Final = Story("made", _buckets, CREATE, "CreateTask", _DONE, WHOLE, NONE)
UNDONE: Final = Story("undone", _nowhere, CREATE, "DeleteRole", "FAILED", NONE, NONE)
FROM_EFS: Final = Story(
    "made from EFS", _file_system, CREATE, "CreateLocationEfs", _DONE, (1, 2, 1), NONE
)
EFS_UNDONE: Final = Story(
    "undone from EFS",
    *(_file_system_to_nowhere, CREATE, "CreateLocationEfs", "FAILED", NONE, NONE),
    only=frozenset(("CreateLocationEfs", "ListLocations", "ListTagsForResource", "DeleteLocation")),
)
DELETED: Final = Story("deleted", _two_roles, DELETE, "DeleteRole", _DONE, NONE, WHOLE)
SHARED: Final = Story(
    "of two that share a role",
    *(_one_role_of_two_movers, DELETE, "DeleteLocation", _DONE, (1, 2, 1), (2, 4, 1)),
)
_UPDATING: Final = frozenset(("ListTasks", "UpdateTask", "TagResource", "TagRole"))
UPDATED: Final = Story(
    "updated",
    *(_to_be_changed, UPDATE, "TagRole", _DONE, WHOLE, WHOLE, _UPDATING),
    shows=changed,
)
RESTORED: Final = Story(
    "updated in vain",
    *(_without_room, UPDATE, "TagRole", "FAILED", WHOLE, WHOLE),
    only=_UPDATING | {"UntagResource", "UntagRole"},
    shows=lambda account, _: changed(account, recorded=False),
)
_MAKING: Final = frozenset(("CreateRole", "CreateTask"))
_CHANGING: Final = frozenset(("CreateRole", "UpdateTask", "DeleteRole"))
WITH_FILES: Final = Story(
    "made with files",
    *(_with_files, CREATE, "CreateTask", _DONE, (1, 2, 4), NONE, _MAKING),
    shows=has_files,
)
FILES_UNDONE: Final = Story(
    "undone with files",
    *(_with_files_in_vain, CREATE, "DeleteRole", "FAILED", NONE, NONE),
    only=frozenset(("DeleteRole",)),
)
OTHER_FILES: Final = Story(
    "updated to other files",
    *(_to_other_files, UPDATE, "DeleteRole", _DONE, (1, 2, 4), (1, 2, 3), _CHANGING),
    shows=has_files,
)
FILES_DELETED: Final = Story(
    "deleted with files",
    *(_with_report, DELETE, "DeleteRole", _DONE, NONE, (1, 2, 3), frozenset(("DeleteRole",))),
)
_OF_SHARES: Final = frozenset(("CreateLocationSmb", "CreateTask"))
WITH_SECRET: Final = Story(
    "made with a secret",
    *(_with_secret, CREATE, "CreateLocationSmb", _DONE, (1, 2, 2), (0, 0, 1), _OF_SHARES),
    shows=has_secret,
)
SECRET_UNDONE: Final = Story(
    "undone with a secret",
    *(_with_secret_to_nowhere, CREATE, "CreateLocationSmb", "FAILED", (0, 0, 1), (0, 0, 1)),
    only=frozenset(("CreateLocationSmb", "DeleteLocation")),
    shows=lambda account, _: has_secret(account, recorded=False),
)
"""The caller's own role stays in any case."""
CANCELLED: Final = Story(
    "deleted while it runs",
    *(_running, CANCEL, "CancelTaskExecution", _DONE, NONE, WHOLE),
    # The others are those of any delete.
    only=frozenset(("DescribeTask", "ListTaskExecutions", "CancelTaskExecution", "DeleteTask")),
)
