"""Movers: the two lists of an account, joined."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.aws.tags import carries, own_tags, tagged, tags_of
from graph.aws.tasks import TaskEntry, list_tasks
from graph.model.errors import NotFound
from graph.model.mover import Mover, Tag, Task
from graph.observability.metrics import MOVERS_LEFT_OUT

log = logging.getLogger(__name__)

_LOOKED_UP: Final = 100
"""How many tasks that the tagging API does not show are asked for their tags, in one reading."""


async def list_movers(gateway: Gateway, account_id: str) -> list[Mover]:
    """Every mover of the organisation in an account, by name.

    The task list is the truth; the tagging API, which still shows deleted resources and does not
    yet show new ones, only says whose they are. Costs a call for each 100 of either list, and one
    for each task that the tagging API does not know, which is then remembered for a while.
    """

    async def read() -> list[Mover]:
        return await _read(gateway, account_id)

    movers: list[Mover] = await gateway.shared(account_id, ("movers",), read)
    return movers


def mover_of(gateway: Gateway, task: Task, tags: tuple[Tag, ...]) -> Mover:
    """A task with its tags as a mover. Raises NotFound where it is not the organisation's."""
    if not carries(tags, own_tags(gateway.org)):
        raise NotFound("datasync mover not found")
    entry = TaskEntry(task.task_arn, task.name, task.status, task.mode)
    return _mover(gateway, task.task_arn.split(":")[4], entry, tags)


async def _read(gateway: Gateway, account_id: str) -> list[Mover]:
    wanted = own_tags(gateway.org)
    tasks, known = await asyncio.gather(
        list_tasks(gateway, account_id), tagged(gateway, account_id, "task", wanted)
    )
    known |= await _late(gateway, [task for task in tasks if task.task_arn not in known])
    ours = [task for task in tasks if task.task_arn in known]
    movers = [_mover(gateway, account_id, task, known[task.task_arn]) for task in ours if task.name]
    _count_left_out("nameless", len(ours) - len(movers))
    _count_left_out("deleted", len(known) - len(ours))
    return sorted(movers, key=lambda mover: (mover.name, mover.task_arn))


async def _late(gateway: Gateway, unknown: list[TaskEntry]) -> dict[str, tuple[Tag, ...]]:
    """The tags of those tasks that are ours though the tagging API does not say so yet."""
    memory, wanted = gateway.memory.not_ours, own_tags(gateway.org)
    asked = [task.task_arn for task in unknown if not memory.get(task.task_arn)][-_LOOKED_UP:]
    answers = await asyncio.gather(
        *(tags_of(gateway, task_arn) for task_arn in asked), return_exceptions=True
    )
    late = {}
    for task_arn, tags in zip(asked, answers, strict=True):
        if isinstance(tags, BaseException):
            if not isinstance(tags, NotFound):
                raise tags
        elif carries(tags, wanted):
            late[task_arn] = tags
        else:
            memory.put(task_arn, value=True)
    return late


def _mover(gateway: Gateway, account_id: str, task: TaskEntry, tags: tuple[Tag, ...]) -> Mover:
    mover = Mover(
        account=gateway.account(account_id),
        task_arn=task.task_arn,
        name=task.name,
        status=task.status,
        mode=task.mode,
        tags=tags,
    )
    if mover.group is not None and gateway.memory.hints.get(_hint(mover)) is None:
        gateway.memory.hints.put(_hint(mover), mover.task_arn)
    return mover


def _hint(mover: Mover) -> tuple[str, str, str]:
    return mover.account.account_id, mover.group or "", mover.name


def _count_left_out(reason: str, count: int) -> None:
    if count:
        MOVERS_LEFT_OUT.labels(reason).inc(count)
        log.info("left %d %s entries out of a list of movers", count, reason)
