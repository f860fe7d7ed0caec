"""DataSync's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.aws.marks import with_marks
from graph.aws.tags import encoded
from graph.aws.task_files import described_files
from graph.concurrency import together
from graph.model.errors import NotFound
from graph.model.mover import Schedule, Tag, Task, TaskFacts


class TaskEntry(NamedTuple):
    """What the list contains about a task."""

    task_arn: str
    name: str
    status: str
    mode: str


async def list_tasks(aws: AccountGateway) -> list[TaskEntry]:
    """All tasks of an account, regardless of their creator, in AWS's order. One call per 100."""
    return [
        TaskEntry(item["TaskArn"], item.get("Name") or "", item["Status"], mode_of(item))
        async for page in aws.pages("datasync", "list_tasks", "Tasks", MaxResults=PAGE_SIZE)
        for item in page
    ]


async def list_tasks_afresh(aws: AccountGateway) -> list[TaskEntry]:
    """The same, as they are after the call. Equal calls at the same time share the list."""
    tasks: list[TaskEntry] = await aws.shared(("tasks",), lambda: list_tasks(aws), fresh=True)
    return tasks


async def made_tasks(aws: AccountGateway, name: str, marks: Mapping[str, str]) -> list[str]:
    """The tasks of that name that carry the marks: what earlier attempts of a step have made."""
    fit = [task.task_arn for task in await list_tasks_afresh(aws) if task.name == name]
    return await with_marks(aws, "task", fit, marks)


async def tasks_using(gateway: ArnGateway, location_arn: str) -> list[str]:
    """The tasks that have a location as source or destination. One call per region, as a rule.

    A task is in one region and its locations may be in others: DataSync has no list across regions,
    so that the location's own and those in which movers are managed are asked.
    """
    there = gateway.of(location_arn)
    regions = dict.fromkeys((there, *gateway.in_regions(there.account_id)))
    found = await together(*(_tasks_using(aws, location_arn) for aws in regions))
    return [task_arn for task_arns in found for task_arn in task_arns]


async def _tasks_using(aws: AccountGateway, location_arn: str) -> list[str]:
    rule = {"Name": "LocationId", "Operator": "Equals", "Values": [location_arn]}
    pages = aws.pages("datasync", "list_tasks", "Tasks", MaxResults=PAGE_SIZE, Filters=[rule])
    return [item["TaskArn"] async for page in pages for item in page]


async def describe_task(gateway: ArnGateway, task_arn: str, *, fresh: bool = False) -> Task:
    """One task in full. Raises NotFound if it is gone.

    ``fresh``: does not join a call that began before this one.
    """
    aws = gateway.of(task_arn)

    async def read() -> dict[str, Any]:
        return await aws.call("datasync", Access.READ, "describe_task", TaskArn=task_arn)

    task = task_of_answer(await aws.shared(("task", task_arn), read, fresh=fresh))
    aws.caches.task_ends[task_arn] = (task.source_arn, task.destination_arn)
    aws.caches.task_facts[task_arn] = TaskFacts(task.created_at, task.schedule)
    return task


async def ends_of(gateway: ArnGateway, task_arn: str) -> tuple[str, str]:
    """The ARNs of a task's source and destination: described once per process, then cached."""
    ends = known_ends(gateway, task_arn)
    if ends is None:
        task = await describe_task(gateway, task_arn)
        ends = (task.source_arn, task.destination_arn)
    return ends


def known_ends(gateway: ArnGateway, task_arn: str) -> tuple[str, str] | None:
    """The same if the task was described before; None otherwise. Makes no call."""
    return gateway.of(task_arn).caches.task_ends.get(task_arn)


async def create_task(
    aws: AccountGateway,
    name: str,
    ends: tuple[str, str],
    tags: Iterable[Tag],
    settings: Mapping[str, Any],
) -> str:
    """Creates a task from one location to another and returns its ARN.

    ``settings``: as ``task_updates.settings_of`` returns them.
    """
    answer = await aws.call(
        "datasync",
        Access.MANAGE,
        "create_task",
        Name=name,
        SourceLocationArn=ends[0],
        DestinationLocationArn=ends[1],
        Tags=encoded(tags),
        **settings,
    )
    return str(answer["TaskArn"])


async def delete_task(gateway: ArnGateway, task_arn: str) -> None:
    """Deletes a task; one that is gone is no error. Raises Conflict while a run is active."""
    try:
        await gateway.of(task_arn).call("datasync", Access.MANAGE, "delete_task", TaskArn=task_arn)
    except NotFound:
        return


def mode_of(answer: Mapping[str, Any]) -> str:
    """The task mode; BASIC, the older one, if AWS does not report it."""
    return answer.get("TaskMode") or "BASIC"


def patterns(rules: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """A filter's patterns: at most one rule, which joins them with bars."""
    return tuple(
        part for rule in rules or () for part in (rule.get("Value") or "").split("|") if part
    )


def task_of_answer(answer: dict[str, Any]) -> Task:
    """The task that a response of DescribeTask describes."""
    return Task(
        task_arn=answer["TaskArn"],
        name=answer.get("Name") or "",
        status=answer["Status"],
        mode=mode_of(answer),
        created_at=answer.get("CreationTime"),
        source_arn=answer["SourceLocationArn"],
        destination_arn=answer["DestinationLocationArn"],
        latest_run_arn=answer.get("CurrentTaskExecutionArn") or None,
        options=answer.get("Options") or {},
        includes=patterns(answer.get("Includes")),
        excludes=patterns(answer.get("Excludes")),
        schedule=_schedule(answer),
        log_group_arn=answer.get("CloudWatchLogGroupArn"),
        network_interface_arns=(
            *(answer.get("SourceNetworkInterfaceArns") or ()),
            *(answer.get("DestinationNetworkInterfaceArns") or ()),
        ),
        error_code=answer.get("ErrorCode"),
        error_detail=answer.get("ErrorDetail"),
        described=answer,
        files=described_files(answer),
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
        status_changed_at=details.get("StatusUpdateTime"),
    )
