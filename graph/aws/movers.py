"""Movers, by joining two lists of an account."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import Any, Final

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.marks import tags_if_there
from graph.aws.tags import carries, tagged, tags_of, value_of
from graph.aws.tasks import TaskEntry, list_tasks
from graph.concurrency import together
from graph.model import names
from graph.model.errors import NotFound
from graph.model.mover import GROUP_TAG, Account, Mover, Tag, Task, own_tags
from graph.observability.metrics import MOVERS_LEFT_OUT

log = logging.getLogger(__name__)

_FEW: Final = 3
"""Up to this number of tasks, tags are read one by one; for more, from the tagging API."""
_LOOKED_UP: Final = 100
"""How many tasks that the tagging API does not show are read individually, per list."""
LATE_SECONDS: Final = 900.0
"""How long after a task was made the tagging API may not show it yet."""


async def list_movers(aws: AccountGateway, *, snapshot: bool = False) -> list[Mover]:
    """Every mover of the organisation in an account, by name.

    ``snapshot``: as an earlier call listed them up to a minute ago, unless this process has changed
    something in the account since.

    The task list is the truth; the tagging API, which still shows deleted resources and does not
    yet show new ones, only says whose they are. Costs a call for each 100 of either list, and one
    for each task that the tagging API does not know, which is then remembered for a while.
    """
    return await _listed(aws, None, lambda: _read(aws), snapshot=snapshot)


async def list_group(
    aws: AccountGateway,
    group: str,
    made: Callable[[], Awaitable[Collection[str]]],
    *,
    snapshot: bool = False,
) -> list[Mover]:
    """The movers of one group, by name. ``snapshot``: as for ``list_movers``.

    ``made`` returns the tasks that were made for the group in the last ``LATE_SECONDS``, which the
    tagging API may not show yet. It is only called if the account has tasks that may be so new.
    Costs a call for each 100 tasks of the account and each 100 that have the group's tags, and one
    for each of ``made`` that is late.
    """
    if not names.may_exist(group):
        return []
    return await _listed(aws, group, lambda: _read_group(aws, group, made), snapshot=snapshot)


async def observe_movers(
    aws: AccountGateway, known: Mapping[str, tuple[Tag, ...]] | None
) -> tuple[list[Mover], dict[str, tuple[Tag, ...]]]:
    """The movers of an account, and the tags of its tasks to pass as ``known`` next time.

    Costs the pages of the task list, and those of the tags where ``known`` is None or lacks a task.
    """
    tasks, foreign = await _tasks(aws), aws.caches.foreign_tasks
    unknown = [task for task in tasks if known is None or task.task_arn not in known]
    tags = dict(known or {})
    if known is None or any(not foreign.get(task.task_arn) for task in unknown):
        tags = await _tagged(aws, own_tags(aws.org))
        tags |= await _late(aws, [task for task in tasks if task.task_arn not in tags])
    listed = {task.task_arn for task in tasks}
    tags = {task_arn: has for task_arn, has in tags.items() if task_arn in listed}
    return _joined(aws, tasks, tags), tags


def recent_group(aws: AccountGateway, group: str) -> bool:
    """Whether the group had movers in a list of the last minute."""
    return bool(_kept(aws, group))


async def find_mover(aws: AccountGateway, group: str, name: str) -> Mover | None:
    """A mover by its group and name, the first by ARN if several have it; None without one.

    Costs the pages of the task list, and one call per task of that name; if those are many, the
    pages of the group's tags instead.
    """
    tasks = await _tasks(aws)
    fit = sorted(task for task in tasks if task.name == name)
    wanted = own_tags(aws.org) | {GROUP_TAG: group}
    tags: dict[str, tuple[Tag, ...]] = {}
    if len(fit) > _FEW:
        tags = await _tagged(aws, wanted)
    if not any(task.task_arn in tags for task in fit):
        late = await together(*(tags_if_there(aws, task.task_arn) for task in fit))
        tags = {task.task_arn: has for task, has in zip(fit, late, strict=True)}
    for task in fit:
        if carries(tags.get(task.task_arn, ()), wanted):
            return _mover(aws, aws.account, task, tags[task.task_arn])
    return None


async def movers_named(
    aws: AccountGateway, tasks: list[TaskEntry], group: str, name: str
) -> list[str]:
    """Those of the tasks that are movers of that group and name, regardless of their creator.

    Reads nothing from the tagging API, which lags. One call per task of the name.
    """
    wanted = own_tags(aws.org) | {GROUP_TAG: group}
    fit = [task.task_arn for task in tasks if task.name == name]
    carried = await together(*(tags_if_there(aws, arn) for arn in fit))
    return [arn for arn, tags in zip(fit, carried, strict=True) if carries(tags, wanted)]


def mover_of(gateway: ArnGateway, task: Task, tags: tuple[Tag, ...]) -> Mover:
    """A task with its tags as a mover. Raises NotFound where it is not the organisation's."""
    aws = gateway.of(task.task_arn)
    if not carries(tags, own_tags(aws.org)):
        raise NotFound(f"The task {task.task_arn} is not a mover of this organisation.")
    entry = TaskEntry(task.task_arn, task.name, task.status, task.mode)
    return _mover(aws, aws.account, entry, tags)


async def _listed(
    aws: AccountGateway,
    group: str | None,
    read: Callable[[], Coroutine[Any, Any, list[Mover]]],
    *,
    snapshot: bool,
) -> list[Mover]:
    kept = _kept(aws, group) if snapshot else None
    if kept is not None:
        return kept
    lists, place = aws.caches.mover_lists, _place(aws, group)
    movers: list[Mover] = await aws.shared(("movers", group), read)
    if _place(aws, group) == place and len(movers) < lists.maxsize:
        lists[place] = movers
    return movers


def _kept(aws: AccountGateway, group: str | None) -> list[Mover] | None:
    """A list of the last minute, that of a group also as a part of the whole."""
    kept = aws.caches.mover_lists.get(_place(aws, group))
    if kept is None and group is not None:
        whole = _kept(aws, None)
        return whole and [mover for mover in whole if mover.group == group]
    return kept


def _place(aws: AccountGateway, group: str | None) -> tuple[str, str, str | None, int]:
    return *aws.place, group, aws.caches.changes.get(aws.place, 0)


async def _read(aws: AccountGateway) -> list[Mover]:
    tasks, known = await together(_tasks(aws), _tagged(aws, own_tags(aws.org)))
    known |= await _late(aws, [task for task in tasks if task.task_arn not in known])
    return _joined(aws, tasks, known)


async def _read_group(
    aws: AccountGateway, group: str, made: Callable[[], Awaitable[Collection[str]]]
) -> list[Mover]:
    wanted = own_tags(aws.org) | {GROUP_TAG: group}
    tasks, known = await together(_tasks(aws), _tagged(aws, wanted))
    new = _new(aws, [task.task_arn for task in tasks if task.task_arn not in known])
    late = new.intersection(await made()) if new else new
    found = await together(*(tags_if_there(aws, task_arn) for task_arn in late))
    known |= {arn: tags for arn, tags in zip(late, found, strict=True) if carries(tags, wanted)}
    return _joined(aws, tasks, known)


def _new(aws: AccountGateway, task_arns: list[str]) -> set[str]:
    """Those of the tasks that this process has not known for longer than ``LATE_SECONDS``."""
    seen, now = aws.caches.first_seen, _now()
    return {arn for arn in task_arns if seen.setdefault(arn, now) >= now - LATE_SECONDS}


async def _tasks(aws: AccountGateway) -> list[TaskEntry]:
    tasks: list[TaskEntry] = await aws.shared(("task list",), lambda: list_tasks(aws))
    return tasks


async def _tagged(aws: AccountGateway, wanted: Mapping[str, str]) -> dict[str, tuple[Tag, ...]]:
    return await tagged(aws, ("task",), {key: (value,) for key, value in wanted.items()})


def _joined(
    aws: AccountGateway, tasks: list[TaskEntry], known: Mapping[str, tuple[Tag, ...]]
) -> list[Mover]:
    """The tasks of known tags, by name: those that still exist and have a name."""
    ours = [task for task in tasks if task.task_arn in known]
    account = aws.account
    movers = [_mover(aws, account, task, known[task.task_arn]) for task in ours if task.name]
    _count_left_out("nameless", len(ours) - len(movers))
    _count_left_out("deleted", len(known) - len(ours))
    return sorted(movers, key=lambda mover: (mover.name, mover.task_arn))


async def _late(aws: AccountGateway, unknown: list[TaskEntry]) -> dict[str, tuple[Tag, ...]]:
    """The tags of those tasks that are ours though the tagging API does not say so yet."""
    foreign, wanted = aws.caches.foreign_tasks, own_tags(aws.org)
    asked = [task.task_arn for task in unknown if not foreign.get(task.task_arn)][-_LOOKED_UP:]
    answers = await asyncio.gather(
        *(tags_of(aws, task_arn) for task_arn in asked), return_exceptions=True
    )
    late = {}
    for task_arn, tags in zip(asked, answers, strict=True):
        if isinstance(tags, BaseException):
            if not isinstance(tags, NotFound):
                raise tags
        elif carries(tags, wanted):
            late[task_arn] = tags
        else:
            foreign[task_arn] = True
    return late


def _mover(aws: AccountGateway, account: Account, task: TaskEntry, tags: tuple[Tag, ...]) -> Mover:
    """Remembers its ARN by its names, too, and tells its followers of another group."""
    group = value_of(tags, GROUP_TAG)
    aws.gateway.moves.note(task.task_arn, group)
    if group is not None:
        aws.caches.task_arns.setdefault((*aws.place, group, task.name), task.task_arn)
    return Mover(
        account=account,
        task_arn=task.task_arn,
        name=task.name,
        status=task.status,
        mode=task.mode,
        tags=tags,
    )


def _now() -> float:
    return time.monotonic()


def _count_left_out(reason: str, count: int) -> None:
    if count:
        MOVERS_LEFT_OUT.labels(reason).inc(count)
        log.info("left %d %s entries out of a list of movers", count, reason)
