"""Operations: what was accepted, and how far it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

from graph.context import Context
from graph.model.errors import NotFound
from graph.model.operation import Operation, OperationFilter, OperationPlace
from graph.resolvers import scope

_ID: Final = 36
"""Characters of an operation's id, and no more."""


async def get_operation(context: Context, operation_id: str) -> Operation:
    """Raises NotFound where there never was one, it is forgotten, or not the caller's to see."""
    if not (operation_id.isprintable() and 0 < len(operation_id) <= _ID):
        raise NotFound("operation not found")  # not every store can be asked for any text
    operation = await context.services.operations.shown(operation_id)
    if not scope.group(context, operation.account_id, operation.group):
        raise NotFound("operation not found")
    return operation


async def list_operations(
    context: Context, wanted: OperationFilter, first: int, after: OperationPlace | None
) -> list[tuple[OperationPlace, Operation]]:
    """The operations that the caller sees, the newest first; at most ``first``."""
    listed = frozenset(account.account_id for account in context.services.gateway.listed_accounts)
    accounts = context.caller.accounts
    if listed:
        accounts = listed if accounts is None else listed & accounts
    seen = replace(wanted, accounts=accounts, groups=context.caller.groups)
    return await context.services.operations.page(seen, first, after)


async def follow_operation(context: Context, operation_id: str) -> AsyncGenerator[Operation, None]:
    """Its present state, then each change; it ends when the operation has."""
    await get_operation(context, operation_id)
    async for operation in context.services.operations.follow(operation_id):
        context.loaders.forget()
        yield operation


async def wait_for_operation(context: Context, operation_id: str, seconds: float) -> Operation:
    """The operation once it has ended, or as it stands when the time is over."""
    await get_operation(context, operation_id)
    return await context.services.operations.wait(operation_id, seconds)
