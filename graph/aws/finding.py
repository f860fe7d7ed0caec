"""Finding again what was made, by an operation's marks or a mover's name, and who uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.aws.locations import kind_of, list_locations
from graph.aws.making import reached
from graph.aws.tags import carries, own_tags, tagged, tags_of
from graph.aws.tasks import PAGE, TaskEntry, list_tasks
from graph.model import names
from graph.model.errors import NotFound
from graph.model.location import LocationSpec
from graph.model.mover import GROUP_TAG, OPERATION_TAG, ORG_TAG, PART_TAG, Tag

_FEW: Final = 3
"""So many are asked one by one for their marks; more are first looked up in the tagging API."""


async def made_locations(
    gateway: Gateway, account_id: str, spec: LocationSpec, marks: Mapping[str, str]
) -> list[str]:
    """The locations that carry the marks and fit: what earlier tries of a step have made."""
    uris, name = await _locations_now(gateway, account_id), reached(spec)
    fit = [arn for arn, uri in uris.items() if name in uri]
    return await _marked(gateway, account_id, "location", fit, marks)


async def made_tasks(
    gateway: Gateway, account_id: str, name: str, marks: Mapping[str, str]
) -> list[str]:
    """The tasks of that name that carry the marks."""
    tasks = await tasks_now(gateway, account_id)
    fit = [task.task_arn for task in tasks if task.name == name]
    return await _marked(gateway, account_id, "task", fit, marks)


async def made_by_others(gateway: Gateway, account_id: str) -> list[str]:
    """The bucket locations that no operation made: their roles may be shared."""
    uris = await _locations_now(gateway, account_id)
    buckets = [arn for arn, uri in uris.items() if kind_of(uri) == "S3"]
    carried = await _carried(gateway, account_id, "location", buckets)
    return [arn for arn, marks in carried.items() if not marks]


async def tasks_now(gateway: Gateway, account_id: str) -> list[TaskEntry]:
    """All tasks, as they stand after the call. Who asks at the same time shares the list."""
    tasks: list[TaskEntry] = await gateway.shared(
        account_id, ("tasks",), lambda: list_tasks(gateway, account_id), fresh=True
    )
    return tasks


async def users_of(gateway: Gateway, location_arn: str) -> list[str]:
    """The ARNs of the tasks that name a location as source or destination: one call, as a rule."""
    rule = {"Name": "LocationId", "Operator": "Equals", "Values": [location_arn]}
    return [
        item["TaskArn"]
        async for page in gateway.pages(
            names.arn(location_arn).account,
            "datasync",
            "list_tasks",
            "Tasks",
            MaxResults=PAGE,
            Filters=[rule],
        )
        for item in page
    ]


async def named(gateway: Gateway, tasks: list[TaskEntry], group: str, name: str) -> list[str]:
    """Those of the tasks that are movers of that group and name, whoever made them.

    Reads nothing from the tagging API, which is late.
    """
    wanted = own_tags(gateway.org) | {GROUP_TAG: group}
    fit = [task.task_arn for task in tasks if task.name == name]
    carried = await asyncio.gather(*(_tags(gateway, arn) for arn in fit))
    return [arn for arn, tags in zip(fit, carried, strict=True) if carries(tags, wanted)]


async def _locations_now(gateway: Gateway, account_id: str) -> dict[str, str]:
    """The URIs of all locations by ARN, as ``tasks_now``."""
    uris: dict[str, str] = await gateway.shared(
        account_id, ("locations",), lambda: list_locations(gateway, account_id), fresh=True
    )
    return uris


async def _marked(
    gateway: Gateway, account_id: str, kind: str, arns: list[str], marks: Mapping[str, str]
) -> list[str]:
    """Those that carry the marks."""
    carried = await _carried(gateway, account_id, kind, arns)
    return [arn for arn, has in carried.items() if marks.items() <= has.items()]


async def _carried(
    gateway: Gateway, account_id: str, kind: str, arns: list[str]
) -> dict[str, Mapping[str, str]]:
    """The marks of each, which are read once in a process.

    They are put on what is made as it is made, and stay. The tagging API, which is late, tells
    those of most in a few pages.
    """
    known = gateway.memory.marks
    if sum(known.get(arn) is None for arn in arns) > _FEW:

        async def recall() -> None:
            found = await tagged(gateway, account_id, kind, {ORG_TAG: gateway.org})
            for arn, tags in found.items():
                known.put(arn, _marks(tags))

        await gateway.shared(account_id, ("marks", kind), recall)
    marks = await asyncio.gather(*(_marks_of(gateway, arn) for arn in arns))
    return dict(zip(arns, marks, strict=True))


async def _marks_of(gateway: Gateway, arn: str) -> Mapping[str, str]:
    marks = gateway.memory.marks.get(arn)
    if marks is None:
        tags = await _tags(gateway, arn)
        marks = _marks(tags)
        if tags:  # else they may not be there yet
            gateway.memory.marks.put(arn, marks)
    return marks


def _marks(tags: Iterable[Tag]) -> Mapping[str, str]:
    return {tag.key: tag.value for tag in tags if tag.key in (OPERATION_TAG, PART_TAG)}


async def _tags(gateway: Gateway, arn: str) -> tuple[Tag, ...]:
    """Of what is gone, none."""
    try:
        return await tags_of(gateway, arn)
    except NotFound:
        return ()
