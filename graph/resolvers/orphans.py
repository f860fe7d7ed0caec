"""Lists the orphans of an account and removes them on request."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from graph.context import Context, ReadContext
from graph.model.mover import Account
from graph.model.orphan import Orphan
from graph.model.verbs import Verb
from graph.resolvers import scope

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupResult:
    """The result of a cleanup."""

    found: tuple[Orphan, ...]
    """The orphans that the request selected."""
    removed: tuple[Orphan, ...]
    failures: tuple[tuple[str, str], ...]
    """The ARNs that were not removed, each with the reason."""


async def list_orphans(
    context: ReadContext, account_id: str, region: str | None = None
) -> list[Orphan]:
    """The orphans of the groups in which the caller may clean up, locations first.

    Raises Forbidden for callers that may not clean up, NotFound for an account that they cannot
    see. Costs a call for each task and each S3 location of the account, once per request.
    """
    account = check_may_clean(context, account_id, region)
    found = await context.loaders.orphans.load(account)
    rights = context.rights
    return [each for each in found if rights.may(Verb.CLEAN, account_id, each.group)]


def check_may_clean(context: ReadContext, account_id: str, region: str | None = None) -> Account:
    """Checks the rights to a cleanup before its ARNs, which may be many, are validated.

    Returns the account. Raises Forbidden if the caller may not clean up, NotFound for an account
    that it cannot see.
    """
    scope.require_somewhere(context, Verb.CLEAN)
    return scope.require_account(context, account_id, region)


async def clean_orphans(
    context: Context,
    account_id: str,
    arns: Collection[str] | None,
    *,
    dry_run: bool,
    region: str | None = None,
) -> CleanupResult:
    """Removes the orphans that the caller may see, or those of the given ARNs, unless ``dry_run``.

    Raises Forbidden if the caller may not clean up, NotFound if it may not see the account.
    """
    account = check_may_clean(context, account_id, region)
    found = await list_orphans(context, account_id, region)
    chosen = [orphan for orphan in found if arns is None or orphan.arn in arns]
    unknown = set(arns or ()) - {orphan.arn for orphan in chosen}
    failures = [(arn, "it is not an orphan, or it no longer exists") for arn in sorted(unknown)]
    removed = []
    if not dry_run:
        results = await context.services.cleanup.remove(account, chosen)
        context.loaders.orphans.clear_all()
        failures += [(arn, error.message) for arn, error in results.items() if error]
        removed = [orphan for orphan in chosen if results[orphan.arn] is None]
        for orphan in removed:
            log.warning("%s removed the orphan %s", context.identity.who, orphan.arn)
    return CleanupResult(found=tuple(chosen), removed=tuple(removed), failures=tuple(failures))
