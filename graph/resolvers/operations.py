"""Reads, lists and follows operations."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from graph.context import ReadContext
from graph.model.errors import unknown_operation
from graph.model.mover import Account, Group
from graph.model.operation import ID_LENGTH, Operation, OperationFilter, OperationPlace
from graph.model.window import Window
from graph.resolvers import scope


async def get_operation(context: ReadContext, operation_id: str) -> Operation:
    """An operation by its id. Raises NotFound, also if the caller may not see it."""
    if not (operation_id.isprintable() and 0 < len(operation_id) <= ID_LENGTH):
        raise unknown_operation()  # PostgreSQL rejects some texts as parameters
    operation = await context.services.operations.shown(operation_id)
    in_region = context.rights.sees_region(account_of(context, operation).region)
    if not (in_region and scope.sees_group(context, operation.account_id, operation.group)):
        raise unknown_operation()
    return operation


async def list_operations(
    context: ReadContext, wanted: OperationFilter, window: Window[OperationPlace]
) -> list[tuple[OperationPlace, Operation]]:
    """A part of the operations that the caller may see, newest first."""
    served = context.services.gateway.served
    listed = served.accounts
    accounts = context.rights.accounts
    if listed:
        accounts = listed if accounts is None else listed & accounts
    groups, regions = context.rights.groups, context.rights.regions
    seen = replace(
        wanted, accounts=accounts, groups=groups, regions=regions, home_region=served.home
    )
    return await context.services.operations.page(seen, window)


async def follow_operation(
    context: ReadContext, operation_id: str
) -> AsyncGenerator[Operation, None]:
    """The current state of an operation, then each change; ends with the operation."""
    await get_operation(context, operation_id)
    async for operation in context.services.operations.follow(operation_id):
        context.refresh()
        yield operation


async def wait_for_operation(context: ReadContext, operation_id: str, seconds: float) -> Operation:
    """The operation once it has ended, or its state after ``seconds``."""
    await get_operation(context, operation_id)
    return await context.services.operations.wait(operation_id, seconds)


def account_of(context: ReadContext, operation: Operation) -> Account:
    """The account of an operation's mover."""
    served = context.services.gateway.served
    return served.recorded(operation.account_id, operation.region)


def group_of(context: ReadContext, operation: Operation) -> Group | None:
    """The group of an operation's mover; None if it had none."""
    if operation.group is None:
        return None
    return Group(account_of(context, operation), operation.group)
