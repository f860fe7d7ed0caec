"""Checks what a caller may see and do, with errors that do not reveal what exists."""

from __future__ import annotations

from typing import Final

from graph.context import Context
from graph.model import names
from graph.model.errors import Forbidden, NotFound, unknown_account
from graph.model.mover import Account, Mover

NO_MOVER: Final = "datasync mover not found"


def account(context: Context, account_id: str) -> Account:
    """An account that the settings and the caller's key allow. Makes no call to AWS.

    Raises NotFound with the message of an account that does not exist.
    """
    found = context.services.gateway.account(account_id)
    if not context.caller.sees_account(account_id):
        raise unknown_account(account_id)
    return found


def account_of(context: Context, arn: str) -> Account:
    """The account that an ARN is in, checked as above."""
    return account(context, names.arn(arn).account)


def group(context: Context, account_id: str, name: str | None) -> bool:
    """Whether the caller may see the movers of a group."""
    return context.caller.sees(account_id, name)


def shown(context: Context, mover: Mover) -> Mover:
    """The mover, if the caller may see it. Raises NotFound."""
    if not group(context, mover.account.account_id, mover.group):
        raise NotFound(NO_MOVER)
    return mover


def may_write(context: Context, account_id: str, name: str | None) -> None:
    """Raises Forbidden if the caller may not change anything in a group."""
    may_write_at_all(context)
    if not group(context, account_id, name):
        raise Forbidden(f"The key '{context.caller.name}' may not change movers of this group.")


def may_write_at_all(context: Context) -> None:
    """Raises Forbidden if the caller may only read."""
    if not context.caller.may_write:
        raise Forbidden(f"The key '{context.caller.name}' is read-only.")
