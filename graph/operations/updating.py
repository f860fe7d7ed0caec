"""The steps of an update. Each can be repeated: what has been changed already stays so."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import NotRequired, TypedDict

from graph.aws import locations, tasks
from graph.aws.client.gateway import AccountGateway, Gateway
from graph.aws.movers import movers_named
from graph.aws.option_checks import check_between
from graph.aws.role_tags import change_role_tags
from graph.aws.roles import is_movers_role, name_of_role, tags_of_role
from graph.aws.tags import change_tags, tags_of, value_of
from graph.aws.task_files import check_buckets
from graph.aws.task_updates import Params, restoring, update_of, update_task
from graph.locations import Home
from graph.model import names
from graph.model.change import MoverChange
from graph.model.errors import NotFound
from graph.model.mover import GROUP_TAG, OPERATION_TAG, Mover, Tag
from graph.operations.creating import name_taken
from graph.operations.runtime import Runtime
from graph.operations.update_inputs import UpdateInput
from graph.operations.updating_files import (
    FileRoles,
    check_place,
    files_in,
    require_no_run,
    tags_of_new,
)
from graph.task_settings.changes import check_change_of, require_unchanged
from graph.task_settings.tags import callers_tags, check_tags


class Plan(TypedDict):
    """What an update does and how it is undone. It is journalled: JSON alone."""

    update: Params
    """Of the task."""
    restore: Params
    """What undoes that."""
    tags: dict[str, dict[str, str]]
    """By ARN of task, location or role: its tags before, the server's own left out."""
    roles: NotRequired[dict[str, str]]
    """The ARNs of the roles that are made for a new manifest and new reports, by part."""
    role_tags: NotRequired[dict[str, str]]
    """What these roles are tagged with."""
    gone: NotRequired[list[str]]
    """The ARNs of the roles that are removed in the end."""


class MoverUpdate:
    """Changes the task of one mover, and the tags of all its parts."""

    def __init__(self, runtime: Runtime, operation_id: str, given: UpdateInput) -> None:
        self._gateway, self._call = runtime.gateway, runtime.retries.call_aws
        self._task_arn, self._change = given.task_arn, given.change
        self._files = FileRoles(runtime.gateway, runtime.retries, operation_id, given.task_arn)

    async def plan(self, *, again: bool) -> Plan:
        """Reads what is there before anything is changed.

        ``again``: an earlier workflow may have changed some of it. Raises NotFound if the mover is
        gone, Conflict if it is not as the caller has seen it, NameTaken, and Invalid.
        """
        change, gateway, task_arn = self._change, self._gateway, self._task_arn
        task = await self._call(lambda: tasks.describe_task(gateway, task_arn, fresh=True))
        tags = await self._call(lambda: tags_of(gateway, task_arn))
        if not again:
            require_unchanged(change, task, tags)
        check_change_of(change, task)
        require_no_run(change, task)
        if change.name not in (None, task.name):
            aws, group, name = gateway.of(task_arn), value_of(tags, GROUP_TAG), change.name or ""
            if group is not None:
                await self._call(lambda: require_free_name(aws, group, name, task_arn))
        roles = self._files.planned(change, task, tags)
        update = update_of(change, task, roles)
        gone = [
            arn for arn in await self._files.replaced(change, task) if arn not in roles.values()
        ]
        before: dict[str, dict[str, str]] = {}
        if change.wanted_tags is not None:
            before = await self._tags_of_parts(tags, (task.source_arn, task.destination_arn))
            for arn in await self._files.of_task(task):
                before |= await self._tags_of_role(arn, None) if arn not in gone else {}
        return {
            "update": update,
            "restore": restoring(update, task),
            "tags": before,
            "roles": roles,
            "role_tags": tags_of_new(gateway.org, tags, change),
            "gone": gone,
        }

    async def create_roles(self, plan: Plan) -> None:
        """Creates the roles of a new manifest and new reports."""
        await self._files.create(plan["roles"], self._change, plan["role_tags"])

    async def remove_new_roles(self, plan: Plan) -> None:
        """Undoes that."""
        await self._files.remove_new(plan["roles"])

    async def remove_old_roles(self, plan: Plan) -> None:
        """Removes the roles that the mover no longer uses."""
        await self._files.remove_replaced(plan["gone"])

    async def update_task(self, plan: Plan) -> None:
        """Changes the task."""
        await self._send(plan["update"])

    async def restore_task(self, plan: Plan) -> None:
        """Undoes that; a task that is gone is no obstacle."""
        with suppress(NotFound):
            await self._send(plan["restore"])

    async def change_tags(self, plan: Plan) -> None:
        """Puts the wanted tags on all parts."""
        wanted = {tag.key: tag.value for tag in self._change.wanted_tags or ()}
        for arn, before in plan["tags"].items():
            await self._tag(arn, wanted, before.keys() - wanted.keys())

    async def restore_tags(self, plan: Plan) -> None:
        """Puts the earlier tags on all parts."""
        wanted = {tag.key for tag in self._change.wanted_tags or ()}
        for arn, before in plan["tags"].items():
            with suppress(NotFound):
                await self._tag(arn, before, wanted - before.keys())

    async def _send(self, params: Params) -> None:
        await self._call(lambda: update_task(self._gateway, self._task_arn, params))

    async def _tags_of_parts(
        self, of_task: tuple[Tag, ...], ends: tuple[str, str]
    ) -> dict[str, dict[str, str]]:
        """Of the task, and of the locations and roles that were made with it, which are its own."""
        found = {self._task_arn: _callers(of_task)}
        made_by = value_of(of_task, OPERATION_TAG)
        for arn in dict.fromkeys(ends) if made_by else ():
            tags = await self._call(partial(tags_of, self._gateway, arn))
            if value_of(tags, OPERATION_TAG) != made_by:
                continue
            found[arn] = _callers(tags)
            role_arn = await self._call(partial(locations.bucket_role_of, self._gateway, arn))
            account_id = names.arn(arn).account
            if role_arn and is_movers_role(role_arn, self._gateway.org, account_id):
                found |= await self._tags_of_role(role_arn, made_by)
        return found

    async def _tags_of_role(self, role_arn: str, made_by: str | None) -> dict[str, dict[str, str]]:
        aws, name = self._gateway.bind(names.arn(role_arn).account), name_of_role(role_arn)
        tags = await self._call(lambda: tags_of_role(aws, name))
        is_own = made_by is None or value_of(tags, OPERATION_TAG) == made_by
        return {role_arn: _callers(tags)} if is_own else {}

    async def _tag(self, arn: str, put: dict[str, str], drop: Iterable[str]) -> None:
        tags, gone = tuple(Tag(*each) for each in put.items()), tuple(sorted(drop))
        if names.arn(arn).service == "iam":
            aws, name = self._gateway.bind(names.arn(arn).account), name_of_role(arn)
            await self._call(lambda: change_role_tags(aws, name, tags, gone))
        else:
            await self._call(lambda: change_tags(self._gateway, arn, tags, gone))


async def check_update(gateway: Gateway, mover: Mover, change: MoverChange) -> None:
    """Raises what the first step would raise, before anything is recorded."""
    check_tags(change.wanted_tags or ())
    account_id, aws = mover.account.account_id, gateway.of(mover.task_arn)
    check_buckets(files_in(change), Home(account_id, aws.region, gateway.partition))
    task = await tasks.describe_task(gateway, mover.task_arn, fresh=True)
    require_unchanged(change, task, mover.tags)
    check_change_of(change, task)
    require_no_run(change, task)
    await check_between(gateway, change.options, task, ("options",))
    await check_place(gateway, change, task)
    if change.name not in {None, task.name} and mover.group is not None:
        await require_free_name(aws, mover.group, change.name or "", mover.task_arn)


async def require_free_name(aws: AccountGateway, group: str, name: str, task_arn: str) -> None:
    """Raises NameTaken if another mover of the group has the name."""
    listed = await tasks.list_tasks_afresh(aws)
    if set(await movers_named(aws, listed, group, name)) - {task_arn}:
        raise name_taken(group, name)


def _callers(tags: Iterable[Tag]) -> dict[str, str]:
    return {tag.key: tag.value for tag in callers_tags(tags)}
