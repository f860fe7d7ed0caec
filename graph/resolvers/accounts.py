"""Finds and lists accounts, each in one region."""

from __future__ import annotations

from graph.context import ReadContext
from graph.model.errors import Invalid, unknown_account
from graph.model.mover import Account
from graph.resolvers import scope


async def get_account(context: ReadContext, key: str) -> Account:
    """``find_account`` by ``Account.key``: raises NotFound also for a malformed account."""
    try:
        return await find_account(context, *context.services.gateway.served.at_key(key).place)
    except Invalid:
        raise unknown_account(key) from None


async def find_account(context: ReadContext, account_id: str, region: str | None = None) -> Account:
    """An account in which the server can assume its role. Raises NotFound."""
    account = scope.require_account(context, account_id, region)
    await context.loaders.entered.load(account)
    return account


def list_accounts(context: ReadContext, region: str | None = None) -> list[Account]:
    """The accounts named by the settings or the caller's key; empty if both allow any.

    Also empty for a region that the key does not allow.
    """
    served, rights = context.services.gateway.served, context.rights
    listed = served.listed(region)
    if not rights.sees_region(region or served.default):
        return []
    if not listed and rights.accounts is not None:
        return [served.account(account_id, region) for account_id in sorted(rights.accounts)]
    return [account for account in listed if rights.sees_account(account.account_id)]


def list_regions(context: ReadContext) -> list[str]:
    """The served regions that the caller's key allows, in the order of the settings."""
    served, rights = context.services.gateway.served, context.rights
    return [region for region in served.regions if rights.sees_region(region)]


def in_region(context: ReadContext, account: Account, region: str | None) -> Account:
    """The same account in another region; as it is for None. Raises Invalid."""
    if region is None:
        return account
    return scope.require_account(context, account.account_id, region)
