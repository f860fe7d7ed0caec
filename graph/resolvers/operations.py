"""Operations: what was accepted, and how far it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from graph.context import Context
from graph.model.operation import Operation


async def get_operation(context: Context, operation_id: str) -> Operation:
    """Raises NotFound where there never was one, or it is forgotten."""
    return await context.doors.operations.get(operation_id)


async def follow_operation(context: Context, operation_id: str) -> AsyncGenerator[Operation, None]:
    """Its present state, then each change; it ends when the operation has."""
    async for operation in context.doors.operations.follow(operation_id):
        yield operation


async def wait_for_operation(context: Context, operation_id: str, seconds: float) -> Operation:
    """The operation once it has ended, or as it stands when the time is over."""
    return await context.doors.operations.wait(operation_id, seconds)
