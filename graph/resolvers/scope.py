"""What a caller may see and do: the one place that says no, in words that give nothing away."""

from __future__ import annotations

from typing import Final

from graph.context import Context
from graph.model import names
from graph.model.errors import Forbidden, NotFound, unknown_account
from graph.model.mover import Account, Mover

NO_MOVER: Final = "datasync mover not found"


def account(context: Context, account_id: str) -> Account:
    """An account that both the settings and the caller's key allow. Asks AWS nothing.

    Raises NotFound, for the caller's sake in the words that an account has which is not there.
    """
    found = context.services.gateway.account(account_id)
    if not context.caller.sees_account(account_id):
        raise unknown_account(account_id)
    return found


def account_of(context: Context, arn: str) -> Account:
    """The account that an ARN is in, checked as above."""
    return account(context, names.arn(arn).account)


def group(context: Context, account_id: str, name: str | None) -> bool:
    """Whether the caller sees the movers of a group."""
    return context.caller.sees(account_id, name)


def shown(context: Context, mover: Mover) -> Mover:
    """The mover, if the caller sees it. Raises NotFound."""
    if not group(context, mover.account.account_id, mover.group):
        raise NotFound(NO_MOVER)
    return mover


def may_write(context: Context, account_id: str, name: str | None) -> None:
    """Raises Forbidden where the caller may not change anything in a group."""
    may_write_at_all(context)
    if not group(context, account_id, name):
        raise Forbidden(f"The key '{context.caller.name}' may not change movers of this group.")


def may_write_at_all(context: Context) -> None:
    """Raises Forbidden where the caller may only read."""
    if not context.caller.may_write:
        raise Forbidden(f"The key '{context.caller.name}' is read-only.")
