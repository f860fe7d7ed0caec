"""Lists, finds, creates and deletes movers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from graph.aws.movers import recent_group
from graph.context import Context, ReadContext
from graph.loaders import MoverPage
from graph.model import names
from graph.model.errors import Conflict, Invalid, NotFound
from graph.model.location import ListedLocation, Location
from graph.model.mover import Account, Group, Mover, Task
from graph.model.operation import NewMover, Operation
from graph.model.verbs import Verb
from graph.resolvers import scope


@dataclass(frozen=True, slots=True)
class MoverDetails:
    """A mover with its task and both locations."""

    mover: Mover
    task: Task
    source: Location | None
    destination: Location | None


async def list_movers(
    context: ReadContext,
    account_id: str,
    group: str | None = None,
    *,
    region: str | None = None,
    further: bool = False,
) -> list[Mover]:
    """The movers that the caller may see in an account or one of its groups, sorted by name.

    A group without movers returns an empty list. ``region``: as for ``scope.require_account``, here
    and below. ``further``: for a page after the first, which shows the list as it was read for an
    earlier page, up to a minute ago.
    """
    account = scope.require_account(context, account_id, region)
    if group is not None and not scope.sees_group(context, account_id, group):
        await context.loaders.entered.load(account)
        return []
    loader = context.loaders.listed_movers if further else context.loaders.movers
    return [
        mover
        for mover in await loader.load((account, group))
        if scope.sees_group(context, account_id, mover.group)
    ]


async def list_groups(
    context: ReadContext, account_id: str, region: str | None = None, *, further: bool = False
) -> list[Group]:
    """The groups that have a mover the caller may see, sorted by name.

    ``further``: as for ``list_movers``.
    """
    account = scope.require_account(context, account_id, region)
    movers = await list_movers(context, account_id, region=region, further=further)
    found = {mover.group for mover in movers if mover.group is not None}
    return [Group(account, name) for name in sorted(found)]


async def find_group(
    context: ReadContext, account_id: str, name: str, region: str | None = None
) -> Group:
    """A group with at least one mover. Raises NotFound."""
    names.group(name)
    account = scope.require_account(context, account_id, region)
    aws = context.services.gateway.bind(*account.place)
    if scope.sees_group(context, account_id, name) and recent_group(aws, name):
        return Group(account, name)
    if await list_movers(context, account_id, name, region=region):
        return Group(account, name)
    raise no_movers(account_id, name)


def no_movers(account_id: str, group: str) -> NotFound:
    """The error for a group that does not exist or that the caller may not see."""
    return NotFound(f"Group '{group}' has no movers in account {account_id}.")


async def get_group(context: ReadContext, key: str) -> Group:
    """As ``find_group``, by the key of an id. The error is the same for every account."""
    place, _, name = key.partition(":")
    try:
        account = context.services.gateway.served.at_key(place)
        return await find_group(context, account.account_id, name, account.region)
    except (Invalid, NotFound):
        raise no_movers(place, name) from None


async def find_mover(
    context: ReadContext, account_id: str, group: str, name: str, region: str | None = None
) -> Mover:
    """A mover by its name. Raises NotFound.

    A mover that was found before costs two calls; otherwise the account's tasks are listed. If
    several have the name, which the original server allowed, returns the first.
    """
    hints = context.services.gateway.caches.task_arns
    account = scope.require_account(context, account_id, region)
    _require_names(group, name)
    if not scope.sees_group(context, account_id, group):
        raise NotFound(scope.NO_MOVER)
    key = *account.place, group, name
    hint = hints.get(key)
    if hint is not None:
        try:
            mover = await context.loaders.mover.load(hint)
        except NotFound:
            hints.pop(key, None)
        else:
            if (mover.group, mover.name) == (group, name):
                return mover
    found = await context.loaders.named_mover.load((account, group, name))
    if found is None:
        raise NotFound(scope.NO_MOVER)
    return found


async def get_mover(context: ReadContext, task_arn: str) -> Mover:
    """A mover by the ARN of its task. Raises NotFound, also if the caller may not see it."""
    return scope.require_visible(context, await get_any_mover(context, task_arn))


async def get_any_mover(context: ReadContext, task_arn: str) -> Mover:
    """The same in any group, which the caller may be unable to see."""
    scope.require_task_account(context, task_arn)
    try:
        return await context.loaders.mover.load(task_arn)
    except NotFound:  # AWS's message is about tasks
        raise NotFound(scope.NO_MOVER) from None


async def show_mover(context: ReadContext, mover: Mover) -> MoverDetails:
    """A mover with its task and locations: three calls, two of them concurrent."""
    task = await task_of(context, mover)
    source, destination = await asyncio.gather(
        source_of(context, mover), destination_of(context, mover)
    )
    return MoverDetails(mover, task, source, destination)


async def task_of(context: ReadContext, mover: Mover) -> Task:
    """What AWS reports about a mover's task beyond its entry in the list. One call per mover."""
    return await context.loaders.task.load(mover.task_arn)


def page_of(shown: Iterable[Mover]) -> MoverPage | None:
    """The movers that are shown together; None unless they are several."""
    task_arns = tuple(mover.task_arn for mover in shown)
    return MoverPage(task_arns) if len(task_arns) > 1 else None


async def listed_source_of(
    context: ReadContext, mover: Mover, page: MoverPage | None
) -> Location | ListedLocation | None:
    """The same as ``source_of``; of many movers only what AWS's list has of each location."""
    source_arn, _ = await _ends_of(context, mover, page)
    return await context.loaders.listed_location.load(source_arn)


async def listed_destination_of(
    context: ReadContext, mover: Mover, page: MoverPage | None
) -> Location | ListedLocation | None:
    """The same as ``destination_of``; of many movers only what AWS's list has of each location."""
    _, destination_arn = await _ends_of(context, mover, page)
    return await context.loaders.listed_location.load(destination_arn)


async def _ends_of(context: ReadContext, mover: Mover, page: MoverPage | None) -> tuple[str, str]:
    if page is not None:
        await context.loaders.page_of_locations.load(page)
    return await context.loaders.ends.load(mover.task_arn)


async def source_of(context: ReadContext, mover: Mover) -> Location | None:
    """The location that a mover reads from; None if it is gone."""
    source_arn, _ = await context.loaders.ends.load(mover.task_arn)
    return await context.loaders.shown_location.load(source_arn)


async def destination_of(context: ReadContext, mover: Mover) -> Location | None:
    """The location that a mover writes to; None if it is gone."""
    _, destination_arn = await context.loaders.ends.load(mover.task_arn)
    return await context.loaders.shown_location.load(destination_arn)


def check_may_create(
    context: ReadContext, account_id: str, group: str, region: str | None = None
) -> Account:
    """Checks the rights to a create before its input, which may be large, is converted.

    Returns the account. Raises Invalid or NotFound for it, Forbidden if the caller may not write.
    """
    scope.require_somewhere(context, Verb.WRITE)
    account = scope.require_account(context, account_id, region)
    scope.require_write(context, account_id, group)
    return account


async def create_mover(
    context: Context,
    new: NewMover,
    idempotency_key: str | None = None,
    region: str | None = None,
) -> Operation:
    """Accepts the creation of a mover. Returns the operation that creates it or rolls back.

    ``region``: instead of that of ``new``, as it is requested. Raises Forbidden if the caller may
    not write in the group.
    """
    account = check_may_create(context, new.account_id, new.group, region)
    names.group(new.group)
    names.mover_name(new.name)
    new = replace(new, region=account.stored_region)
    made = await context.services.operations.create_mover(new, context.caller, idempotency_key)
    context.services.activity.changed(account)
    return made


async def delete_mover(context: Context, mover: Mover, *, cancel_run: bool = False) -> Operation:
    """Accepts the deletion of a mover. Raises AlreadyRunning for a run unless ``cancel_run``.

    Raises Forbidden if the caller may not write.
    """
    scope.require_write(context, mover.account.account_id, mover.group)
    deletion = await context.services.operations.delete_mover(
        mover, context.caller, cancel_run=cancel_run
    )
    context.services.activity.changed(mover.account)
    return deletion


async def resume_deletion(
    context: Context,
    account: Account,
    *,
    named: tuple[str | None, str] | None = None,
    task_arn: str | None = None,
    found: Callable[[Operation], None] = lambda _: None,
) -> Operation:
    """Resumes the failed deletion of a mover that is gone. Raises NotFound.

    The error is the same for a mover that the caller may not see. ``found`` is told of the
    deletion in either case.
    """
    account_id, services = account.account_id, context.services
    _require_names(*(named or ()))
    left = await services.operations.find_unfinished_deletion(
        account, named=named, task_arn=task_arn
    )
    if left is None and named is not None and scope.sees_group(context, account_id, named[0]):
        try:
            await services.operations.require_not_being_created(account, *named)
        except Conflict:  # only callers who may change a mover learn its state
            scope.require_write(context, account_id, named[0])
            raise
    if left is not None:
        found(left)
    if left is None or not scope.sees_group(context, account_id, left.group):
        raise NotFound(scope.NO_MOVER)
    scope.require_write(context, account_id, left.group)
    return await services.operations.resume_deletion(left, context.caller)


def _require_names(*given: str | None) -> None:
    """Raises NotFound for names that no mover can have, and that the store may not accept."""
    if not all(names.may_exist(name) for name in given):
        raise NotFound(scope.NO_MOVER)
