"""Movers: found, shown, made and deleted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from graph.context import Context
from graph.model import names
from graph.model.errors import NotFound
from graph.model.location import Location
from graph.model.mover import Account, Group, Mover, Task
from graph.model.operation import NewMover, Operation


@dataclass(frozen=True, slots=True)
class MoverInFull:
    """A mover with all that belongs to it."""

    mover: Mover
    task: Task
    source: Location | None
    destination: Location | None


async def list_movers(context: Context, account_id: str, group: str | None = None) -> list[Mover]:
    """The movers of an account, or of one of its groups, by name. An unknown group has none."""
    account = context.doors.gateway.account(account_id)
    movers = await context.loaders.movers.load(account.account_id)
    return movers if group is None else [mover for mover in movers if mover.group == group]


async def list_groups(context: Context, account_id: str) -> list[Group]:
    """The groups that have a mover in an account, by name."""
    account = context.doors.gateway.account(account_id)
    movers = await context.loaders.movers.load(account_id)
    found = {mover.group for mover in movers if mover.group is not None}
    return [Group(account, name) for name in sorted(found)]


async def find_group(context: Context, account_id: str, name: str) -> Group:
    """A group that has a mover. Raises NotFound."""
    names.group(name)
    for group in await list_groups(context, account_id):
        if group.name == name:
            return group
    raise NotFound(f"group '{name}' has no movers in account {account_id}")


async def find_account(context: Context, account_id: str) -> Account:
    """An account that lets the server in. Raises NotFound.

    Costs a call where the account was not asked for yet; what it gives, the request keeps.
    """
    account = context.doors.gateway.account(account_id)
    await context.loaders.movers.load(account_id)
    return account


async def find_mover(context: Context, account_id: str, group: str, name: str) -> Mover:
    """A mover by its name. Raises NotFound.

    Where it was seen before, its own two calls tell whether it is still there; else the account's
    lists are read. Of several with the name, which the original server allowed, it is the first.
    """
    hints = context.doors.gateway.memory.hints
    context.doors.gateway.account(account_id)
    hint = hints.get((account_id, group, name))
    if hint is not None:
        try:
            mover = await context.loaders.mover.load(hint)
        except NotFound:
            hints.drop((account_id, group, name))
        else:
            if (mover.group, mover.name) == (group, name):
                return mover
    for mover in await context.loaders.movers.load(account_id):
        if (mover.group, mover.name) == (group, name):
            return mover
    raise NotFound("datasync mover not found")


async def get_mover(context: Context, task_arn: str) -> Mover:
    """A mover by the ARN of its task. Raises NotFound."""
    return await context.loaders.mover.load(task_arn)


async def show_mover(context: Context, mover: Mover) -> MoverInFull:
    """A mover with its task and locations: three calls, the two locations side by side."""
    task = await context.loaders.task.load(mover.task_arn)
    source, destination = await asyncio.gather(
        context.loaders.location.load(task.source_arn),
        context.loaders.location.load(task.destination_arn),
    )
    return MoverInFull(mover, task, source, destination)


async def create_mover(
    context: Context, new: NewMover, idempotency_key: str | None = None
) -> Operation:
    """Takes a mover on: it will be made, or its operation says why not, whatever happens."""
    context.doors.gateway.account(new.account_id)
    names.group(new.group)
    names.mover_name(new.name)
    return await context.doors.operations.create_mover(new, context.caller, idempotency_key)


async def delete_named(context: Context, account_id: str, group: str, name: str) -> Operation:
    """Deletes a mover by its name, or what an earlier deletion of it left. Raises NotFound."""
    try:
        mover = await find_mover(context, account_id, group, name)
    except NotFound:
        doors = context.doors.operations
        again = await doors.delete_again(account_id, context.caller, named=(group, name))
        if again is None:
            raise
        return again
    return await delete_mover(context, mover)


async def delete_by_task(context: Context, task_arn: str, *, cancel_run: bool = False) -> Operation:
    """Deletes a mover by its task, or what an earlier deletion of it left. Raises NotFound."""
    try:
        mover = await get_mover(context, task_arn)
    except NotFound:
        account_id, doors = names.arn(task_arn).account, context.doors.operations
        again = await doors.delete_again(account_id, context.caller, task_arn=task_arn)
        if again is None:
            raise
        return again
    return await delete_mover(context, mover, cancel_run=cancel_run)


async def delete_mover(context: Context, mover: Mover, *, cancel_run: bool = False) -> Operation:
    """Takes a deletion on. Raises AlreadyRunning unless ``cancel_run`` where a run is active."""
    return await context.doors.operations.delete_mover(mover, context.caller, cancel_run=cancel_run)
