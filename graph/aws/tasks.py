"""DataSync's tasks."""

from __future__ import annotations

from typing import Any, NamedTuple

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.model import names
from graph.model.mover import Schedule, Task

PAGE = 100
"""The most that DataSync gives in a page."""


class TaskEntry(NamedTuple):
    """What the list knows of a task."""

    task_arn: str
    name: str
    status: str
    mode: str


async def list_tasks(gateway: Gateway, account_id: str) -> list[TaskEntry]:
    """All tasks of an account, whoever made them, in AWS's order."""
    return [
        TaskEntry(item["TaskArn"], item.get("Name") or "", item.get("Status", ""), mode_of(item))
        async for page in gateway.pages(
            account_id, "datasync", "list_tasks", "Tasks", MaxResults=PAGE
        )
        for item in page
    ]


async def describe_task(gateway: Gateway, task_arn: str, *, fresh: bool = False) -> Task:
    """One task in full. Raises NotFound where it is gone.

    ``fresh``: not from a call that began before this one.
    """
    account_id = names.arn(task_arn).account

    async def read() -> dict[str, Any]:
        return await gateway.call(
            account_id, "datasync", Access.READ, "describe_task", TaskArn=task_arn
        )

    answer: dict[str, Any] = await gateway.shared(account_id, ("task", task_arn), read, fresh=fresh)
    return _task(answer)


def mode_of(answer: dict[str, Any]) -> str:
    """BASIC where AWS says nothing: it is the older of the two."""
    return answer.get("TaskMode") or "BASIC"


def described(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer's own members, without those of the transport."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def patterns(rules: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """A filter's patterns: at most one rule, which joins them with bars."""
    return tuple(
        part for rule in rules or () for part in (rule.get("Value") or "").split("|") if part
    )


def _task(answer: dict[str, Any]) -> Task:
    return Task(
        task_arn=answer["TaskArn"],
        name=answer.get("Name") or "",
        status=answer.get("Status", ""),
        mode=mode_of(answer),
        created_at=answer.get("CreationTime"),
        source_arn=answer.get("SourceLocationArn", ""),
        destination_arn=answer.get("DestinationLocationArn", ""),
        latest_run_arn=answer.get("CurrentTaskExecutionArn") or None,
        options=answer.get("Options") or {},
        includes=patterns(answer.get("Includes")),
        excludes=patterns(answer.get("Excludes")),
        schedule=_schedule(answer),
        error_code=answer.get("ErrorCode"),
        error_detail=answer.get("ErrorDetail"),
        described=described(answer),
    )


def _schedule(answer: dict[str, Any]) -> Schedule | None:
    given = answer.get("Schedule")
    if not given:
        return None
    details = answer.get("ScheduleDetails") or {}
    return Schedule(
        expression=given.get("ScheduleExpression", ""),
        status=given.get("Status"),
        disabled_by=details.get("DisabledBy"),
        disabled_reason=details.get("DisabledReason"),
    )
