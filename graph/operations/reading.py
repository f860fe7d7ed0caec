"""How operations stand, from the store alone: any replica can tell."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from graph.model.caller import Caller
from graph.model.errors import Upstream
from graph.model.operation import Operation, OperationEvent, OperationKind, OperationStatus
from graph.store import OperationRow, Store

log = logging.getLogger(__name__)

_LOOK: Final = 0.25
"""Seconds between two looks of a follower at the store."""
_FOLLOWED: Final = 3_600.0


async def get(store: Store, operation_id: str) -> Operation:
    """Raises NotFound where there never was one, or it is forgotten."""
    return operation_of(await store.operation(operation_id))


async def accepted(store: Store, operation_id: str) -> Operation:
    """One that was just accepted. Raises Upstream, which says that it was."""
    try:
        return await get(store, operation_id)
    except Upstream as error:
        raise Upstream(
            "this was accepted, but the server's store does not answer now: look for it among the "
            "operations instead of trying again"
        ) from error


async def follow(store: Store, operation_id: str) -> AsyncIterator[Operation]:
    """The present state, each change, the end."""
    shown, until = None, time.monotonic() + _FOLLOWED
    while time.monotonic() < until:
        operation = await get(store, operation_id)
        if operation != shown:
            yield operation
            shown = operation
        if operation.status.ended:
            return
        await asyncio.sleep(_LOOK)


async def wait(store: Store, operation_id: str, seconds: float) -> Operation:
    """The operation once it has ended, or as it stands when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            async for operation in follow(store, operation_id):
                if operation.status.ended:
                    return operation
    except TimeoutError:
        log.debug("operation %s goes on", operation_id)
    return await get(store, operation_id)


def requested_by(caller: Caller) -> dict[str, str | None]:
    """The columns that keep who asked for an operation."""
    return {
        "requested_by": caller.who,
        "requested_key": caller.name,
        "on_behalf_of": caller.on_behalf_of,
    }


def operation_of(row: OperationRow) -> Operation:
    values = row.values
    return Operation(
        id=values["id"],
        kind=OperationKind(values["kind"]),
        status=OperationStatus(values["status"]),
        account_id=values["account_id"],
        group=values["mover_group"],
        mover_name=values["mover_name"],
        task_arn=values["task_arn"],
        events=tuple(OperationEvent(_time(at), message) for at, message in row.events),
        failure=values["failure"],
        requested_by=values["requested_by"],
        created_at=_time(values["created_at"]),
        updated_at=_time(values["updated_at"]),
        ended_at=None if values["ended_at"] is None else _time(values["ended_at"]),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
