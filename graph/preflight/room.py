"""Checks of the name of a new mover, and of the room that the account has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.aws.movers import list_movers, movers_named
from graph.aws.tasks import TaskEntry, list_tasks
from graph.model.operation import NewMover
from graph.model.preflight import PreflightCheck
from graph.preflight.results import About

_USUAL: Final = 100
"""The tasks that AWS allows unless the quota was raised."""
_NEARLY: Final = 0.9
_NAME: Final = About("name-free", path=("name",))
_QUOTA: Final = About("quota-tasks")
_DELETE: Final = "Delete movers that are not needed, or have the quota raised."


@dataclass(frozen=True, slots=True)
class Quotas:
    """The tasks that an account, and one group of it, may have; None if not configured."""

    tasks: int | None
    of_group: int | None
    tell_total: bool
    """Whether the caller may learn how many tasks the account has."""


async def examine_room(
    aws: AccountGateway, new: NewMover, quotas: Quotas, *, being_created: bool
) -> list[PreflightCheck]:
    """``being_created``: whether an operation holds the name.

    Costs the pages of the account's tasks, and a call for each task of that name.
    """
    tasks: list[TaskEntry] = await aws.shared(("task list",), lambda: list_tasks(aws))
    taken = being_created or bool(await movers_named(aws, tasks, new.group, new.name))
    checks = [_name(new, taken=taken), _quota(len(tasks), quotas)]
    if quotas.of_group is not None:
        own = sum(mover.group == new.group for mover in await list_movers(aws, snapshot=True))
        checks.append(_share(own, quotas.of_group, new.group))
    return checks


def _name(new: NewMover, *, taken: bool) -> PreflightCheck:
    if taken:
        message = f"The group '{new.group}' has a mover '{new.name}', or one is being created."
        return _NAME.failed(message, "Choose another name.")
    return _NAME.passed(f"No mover of the group '{new.group}' is called '{new.name}'.")


def _quota(used: int, quotas: Quotas) -> PreflightCheck:
    limit = quotas.tasks or _USUAL
    total = f"{used} of {limit} tasks are used"
    if quotas.tasks is not None and used >= limit:
        shown = f": {total}" if quotas.tell_total else ""
        return _QUOTA.failed(f"The account has no room for another task{shown}.", _DELETE)
    if used >= _NEARLY * limit:
        known = "" if quotas.tasks else " AWS's quota may have been raised: the server is not told."
        shown = f": {total}" if quotas.tell_total else ""
        return _QUOTA.warned(f"The account has little room for tasks{shown}.{known}", _DELETE)
    return _QUOTA.passed("The account has room for another task.")


def _share(own: int, limit: int, group: str) -> PreflightCheck:
    about = About("quota-group", path=("group",))
    if own >= limit:
        message = f"The group '{group}' has {own} movers, and its share of the quota is {limit}."
        return about.failed(message, "Delete movers of the group that are not needed.")
    return about.passed(f"The group '{group}' has {own} of the {limit} movers that it may have.")
