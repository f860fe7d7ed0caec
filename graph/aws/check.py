"""Tries what the server needs in AWS, without changing anything, and says what AWS answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from graph.aws.client.access import Access, roles_path
from graph.aws.client.errors import code_of, text_of
from graph.aws.client.gateway import AccountGateway, Gateway
from graph.aws.tasks import list_tasks
from graph.model.errors import ApiError
from graph.model.mover import ORG_TAG


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one attempt; ``detail`` is what was found, or AWS's code and message."""

    where: str
    """An account id, or ``server``."""
    what: str
    succeeded: bool
    detail: str


async def check_server(gateway: Gateway) -> Finding:
    """Whether AWS accepts the server's own credentials."""
    return await _tried("server", "own credentials", gateway.clients.identity)


async def check_account(aws: AccountGateway, task_quota: int | None) -> AsyncIterator[Finding]:
    """Whether the server can work in an account, first in one region, then in the others.

    Ends early if it is not let in at all.
    """
    entered = await _tried(aws.account_id, "assume role", partial(_role, aws))
    yield entered
    if not entered.succeeded:
        return
    attempts: dict[str, Callable[[AccountGateway], Awaitable[str]]]
    attempts = {"list tasks": _tasks, "read tags": _tags, "list roles": _roles}
    attempts["quota"] = partial(_room, quota=task_quota)
    for what, attempt in attempts.items():
        yield await _tried(aws.account_id, what, partial(attempt, aws))
    for other in [each for each in aws.in_regions(aws.account_id) if each != aws]:
        for what, attempt in attempts.items():
            if attempt is not _roles:  # which are the same in all regions
                named = f"{what} in {other.region}"
                yield await _tried(aws.account_id, named, partial(attempt, other))


async def _role(aws: AccountGateway) -> str:
    clients = aws.gateway.clients
    await clients.get(aws.account_id, aws.region, "datasync", Access.READ)
    return clients.role_arn(aws.account_id)


async def _tasks(aws: AccountGateway) -> str:
    return f"{len(await list_tasks(aws))} tasks in {aws.region}"


async def _tags(aws: AccountGateway) -> str:
    filters = [{"Key": ORG_TAG, "Values": [aws.org]}]
    await aws.call(
        "resourcegroupstaggingapi",
        Access.READ,
        "get_resources",
        ResourceTypeFilters=["datasync:task"],
        TagFilters=filters,
        ResourcesPerPage=1,
    )
    return f"tasks with the tag {ORG_TAG}={aws.org} can be listed"


async def _roles(aws: AccountGateway) -> str:
    path = roles_path(aws.org)
    await aws.call("iam", Access.MANAGE, "list_roles", PathPrefix=path, MaxItems=1)
    return f"roles under {path} can be listed"


async def _room(aws: AccountGateway, quota: int | None) -> str:
    used = len(await list_tasks(aws))
    if quota is None:
        return f"{used} tasks; TASK_QUOTA is not set, so AWS's quota is not known"
    if used >= quota:
        raise _NoRoom(f"{used} of {quota} tasks are used: creates are rejected")
    return f"{used} of {quota} tasks are used"


class _NoRoom(ApiError):
    pass


async def _tried(where: str, what: str, attempt: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(where, what, succeeded=True, detail=await attempt())
    except (ApiError, ClientError, BotoCoreError, OSError) as error:
        return Finding(where, what, succeeded=False, detail=_said(error))


def _said(error: Exception) -> str:
    """AWS's own code and message, if there are any."""
    cause = error.__cause__ if isinstance(error, ApiError) and error.__cause__ else error
    if isinstance(cause, ClientError):
        return f"{code_of(cause)}: {text_of(cause)}"
    if isinstance(cause, ApiError):
        return cause.message
    return f"{type(cause).__name__}: {cause}"
