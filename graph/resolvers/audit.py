"""The audit trail, for callers with the right to read it."""

from __future__ import annotations

from dataclasses import replace

from graph.context import ReadContext
from graph.model.audit import AuditEntry, AuditFilter, AuditTarget
from graph.model.errors import Forbidden
from graph.model.window import Window


async def list_audit(
    context: ReadContext, wanted: AuditFilter, window: Window[int]
) -> list[AuditEntry]:
    """A part of the records of what the caller sees, newest first.

    Raises Forbidden if the caller's key lacks the right to read the audit trail.
    """
    require_audit(context)
    rights, home = context.rights, context.services.gateway.served.home
    seen = replace(
        wanted,
        accounts=rights.accounts,
        groups=rights.groups,
        regions=rights.regions,
        home_region=home,
    )
    return await context.services.audit.page(seen, window)


def require_audit(context: ReadContext) -> None:
    """Raises Forbidden if the caller's key lacks the right to read the audit trail."""
    if not context.rights.may_audit:
        raise Forbidden("The caller's key may not read the audit trail.")


def region_of(context: ReadContext, target: AuditTarget) -> str | None:
    """The region of a change; None if its account is not known."""
    if target.account_id is None:
        return None
    return context.services.gateway.served.recorded(target.account_id, target.region).region
