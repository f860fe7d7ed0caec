"""Checks options against the kinds of the locations that a task has."""

from __future__ import annotations

from graph.aws.client.gateway import ArnGateway
from graph.aws.locations import describe_location
from graph.concurrency import together
from graph.locations.ends import end_of_location
from graph.model.mover import Task
from graph.task_settings.end_rules import Options, Path, check_ends, depends_on_ends


async def check_between(gateway: ArnGateway, options: Options, task: Task, path: Path) -> None:
    """Raises Invalid for options that DataSync refuses between the task's locations.

    Costs a call for each of the two, if there is such an option at all. A location that is gone
    rules nothing out.
    """
    if not depends_on_ends(options):
        return
    arns = (task.source_arn, task.destination_arn)
    source, destination = await together(*(describe_location(gateway, arn) for arn in arns))
    if source is not None and destination is not None:
        check_ends(options, (end_of_location(source), end_of_location(destination)), path)
