"""Carries out the changes of callers with audit records, once they are known to have the right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from graph.aws.tasks import known_ends
from graph.context import Context
from graph.history.audit import ChangeInProgress
from graph.history.origin import current_origin
from graph.model import names
from graph.model.audit import AuditAction, AuditTarget, Requester
from graph.model.errors import ApiError, Invalid
from graph.model.mover import Mover
from graph.model.verbs import Verb
from graph.resolvers import movers, scope
from graph.resolvers.audit import region_of

T = TypeVar("T")

_VERBS: Final = {
    AuditAction.START_MOVER: Verb.RUN,
    AuditAction.STOP_MOVER: Verb.RUN,
    AuditAction.RERUN: Verb.RUN,
    AuditAction.SET_RUN_BANDWIDTH: Verb.RUN,
    AuditAction.SET_RUN_TAGS: Verb.RUN,
    AuditAction.CLEAN_ORPHANS: Verb.CLEAN,
    AuditAction.PREVIEW_ORPHANS: Verb.CLEAN,
    AuditAction.OTHER: Verb.RUN,  # a PUT that says neither start nor stop
}
"""What an action requires; any other requires WRITE."""


@asynccontextmanager
async def reading(
    context: Context, action: AuditAction, target: AuditTarget | None = None
) -> AsyncIterator[None]:
    """Around what reads an input before its change can be requested: records its rejection.

    Raises Forbidden, and not what is wrong with the input, if the caller may only read.
    """
    try:
        yield
    except ApiError as error:
        found = error

        async def reject(_attempt: ChangeInProgress) -> None:
            raise found

        await audited(context, action, target or AuditTarget(), reject, may_take_effect=False)


async def audited(
    context: Context,
    action: AuditAction,
    target: AuditTarget,
    change: Callable[[ChangeInProgress], Coroutine[Any, Any, T]],
    *,
    may_take_effect: bool = True,
) -> T:
    """``may_take_effect``: false if it is known that the change will be rejected."""
    verb = _VERBS.get(action, Verb.WRITE)

    async def allowed(attempt: ChangeInProgress) -> T:
        scope.require_somewhere(context, verb)  # before AWS is asked about the target
        return await change(attempt)

    requester = Requester(
        key=context.identity.key,
        on_behalf_of=context.identity.on_behalf_of,
        request_id=context.request_id,
        origin=current_origin(),
    )
    return await context.services.audit.carry_out(
        ChangeInProgress(action, requester, target),
        allowed,
        may_take_effect=may_take_effect and _may_take_effect(context, verb, target),
    )


def _may_take_effect(context: Context, verb: Verb, target: AuditTarget) -> bool:
    """Whether the rights admit the change, as far as its target is known from the request."""
    rights, region = context.rights, region_of(context, target)
    if not rights.may_somewhere(verb) or target.account_id is None:
        return rights.may_somewhere(verb)
    if region is not None and not rights.sees_region(region):
        return False
    if target.group is None:
        return rights.sees_account(target.account_id)
    return rights.may(verb, target.account_id, target.group)


async def visible_mover(context: Context, attempt: ChangeInProgress, task_arn: str) -> Mover:
    """The mover. Raises NotFound if the caller may not see it, which its group's auditors do."""
    mover = await movers.get_any_mover(context, task_arn)
    attempt.add_details(group=mover.group, mover_name=mover.name)
    return scope.require_visible(context, mover)


def task_target(context: Context, task_arn: str) -> AuditTarget:
    """What is known before the mover is read; only the text of a malformed ARN."""
    try:
        parts = names.arn(task_arn)
    except Invalid:
        return AuditTarget(task_arn=task_arn)
    region = stored_region(context, parts.region)
    return AuditTarget(account_id=parts.account, region=region, task_arn=task_arn)


def named_target(context: Context, account_id: str, group: str, name: str) -> AuditTarget:
    """A mover in the default region."""
    region = stored_region(context, None)
    return AuditTarget(account_id=account_id, region=region, group=group, mover_name=name)


def stored_region(context: Context, region: str | None) -> str | None:
    """The region that a request names, as records have it; None for the default one."""
    return context.services.gateway.served.stored(region)


def note_found(context: Context, attempt: ChangeInProgress, mover: Mover) -> None:
    """``resources``: its locations, unless AWS would have to be asked for them."""
    attempt.add_details(
        account_id=mover.account.account_id,
        region=mover.account.stored_region,
        group=mover.group,
        mover_name=mover.name,
        task_arn=mover.task_arn,
        resources=known_ends(context.services.gateway, mover.task_arn) or (),
    )
