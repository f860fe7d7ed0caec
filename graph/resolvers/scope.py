"""Checks what a caller may see and do, with errors that do not reveal what exists.

Functions that raise begin with ``require_``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from graph.context import ReadContext
from graph.model import names
from graph.model.errors import Forbidden, Invalid, NotFound, unknown_account
from graph.model.mover import Account, Mover
from graph.model.verbs import Verb

NO_MOVER: Final = "datasync mover not found"
NO_RUN: Final = "datasync run not found"
_FORBIDDEN: Final = {
    Verb.RUN: "The caller's key may not start or stop movers.",
    Verb.WRITE: "The caller's key may not create, change or delete movers.",
    Verb.CLEAN: "The caller's key may not clean up.",
}
NO_AGENT: Final = "The agent does not exist, or the caller may not see it."
NO_LOCATION: Final = "The location does not exist, or the caller may not see it."


def require_account(context: ReadContext, account_id: str, region: str | None = None) -> Account:
    """An account and region that the settings and the caller's key allow. Makes no call to AWS.

    ``region``: the default one if absent. Raises NotFound with the message of an account that does
    not exist, Invalid for a region that is not served.
    """
    found = context.services.gateway.served.account(account_id, region)
    if not _sees(context, account_id, found.region):
        raise unknown_account(account_id)
    return found


def _sees(context: ReadContext, account_id: str, region: str) -> bool:
    return context.rights.sees_account(account_id) and context.rights.sees_region(region)


def require_task_account(context: ReadContext, task_arn: str) -> Account:
    """The account of a mover's task. Makes no call to AWS.

    Raises NotFound, worded as for a mover that does not exist, if the caller may not see the
    account, or if no mover of this server can have that ARN.
    """
    regions = context.services.gateway.served.regions
    return _account_of(context, "task", task_arn, regions, NO_MOVER)


def require_location_account(context: ReadContext, location_arn: str) -> Account:
    """The same for a location, which may be in another region than its task."""
    return _account_of(context, "location", location_arn, None, NO_LOCATION)


def require_agent_account(context: ReadContext, agent_arn: str) -> Account:
    """The same for an agent, which may be in another region, too."""
    return _account_of(context, "agent", agent_arn, None, NO_AGENT)


def _account_of(
    context: ReadContext, kind: str, arn: str, regions: Collection[str] | None, not_found: str
) -> Account:
    """``regions``: those that the resource may be in; None for all that can be reached."""
    parts = names.datasync_arn(kind, arn)
    if parts is None or (regions is not None and parts.region not in regions):
        raise NotFound(not_found)
    try:
        context.services.gateway.of(arn)
        region = None if regions is None else parts.region
        found = context.services.gateway.served.account(parts.account, region)
    except (Invalid, NotFound):
        raise NotFound(not_found) from None
    if not _sees(context, parts.account, parts.region):
        raise NotFound(not_found)
    return found


def sees_group(context: ReadContext, account_id: str, name: str | None) -> bool:
    """Whether the caller may see the movers of a group."""
    return context.rights.sees(account_id, name)


def require_visible(context: ReadContext, mover: Mover) -> Mover:
    """The mover, if the caller may see it. Raises NotFound."""
    if not sees_group(context, mover.account.account_id, mover.group):
        raise NotFound(NO_MOVER)
    return mover


def may(context: ReadContext, verb: Verb, mover: Mover) -> bool:
    """Whether the caller may do that with a mover, apart from its state."""
    return context.rights.may(verb, mover.account.account_id, mover.group)


def require(context: ReadContext, verb: Verb, account_id: str, name: str | None) -> None:
    """Raises Forbidden if the caller may not do that in a group."""
    require_somewhere(context, verb)
    if not context.rights.may(verb, account_id, name):
        raise Forbidden("The caller's key may not change movers of this group.")


def require_write(context: ReadContext, account_id: str, name: str | None) -> None:
    """Raises Forbidden if the caller may not change movers of a group."""
    require(context, Verb.WRITE, account_id, name)


def require_somewhere(context: ReadContext, verb: Verb) -> None:
    """Raises Forbidden if there is no group in which the caller may do that."""
    rights = context.rights
    if not any(rights.may_somewhere(each) for each in Verb):
        raise Forbidden("The caller's key is read-only.")
    if not rights.may_somewhere(verb):
        raise Forbidden(_FORBIDDEN[verb])
