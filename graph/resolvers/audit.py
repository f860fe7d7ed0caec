"""The audit trail, for callers with the right to read it."""

from __future__ import annotations

from dataclasses import replace

from graph.context import ReadContext
from graph.model.audit import AuditEntry, AuditFilter
from graph.model.errors import Forbidden


async def list_audit(
    context: ReadContext, wanted: AuditFilter, first: int, before: int | None
) -> list[AuditEntry]:
    """At most ``first`` records, newest first, of the accounts and groups that the caller sees.

    Raises Forbidden if the caller's key lacks the right to read the audit trail.
    """
    require_audit(context)
    rights = context.rights
    seen = replace(wanted, accounts=rights.accounts, groups=rights.groups)
    return await context.services.audit.page(seen, first, before)


def require_audit(context: ReadContext) -> None:
    """Raises Forbidden if the caller's key lacks the right to read the audit trail."""
    if not context.rights.may_audit:
        raise Forbidden("The caller's key may not read the audit trail.")
