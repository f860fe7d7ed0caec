"""The door to operations: accepts them, and tells how they stand."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pickle
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final, Self

from dbos import DBOS, SetWorkflowID

from graph.aws.gateway import Gateway
from graph.aws.movers import list_movers
from graph.model import names
from graph.model.caller import Caller
from graph.model.errors import AlreadyRunning, ApiError, Invalid, NameTaken, NotFound, Upstream
from graph.model.location import EfsSpec, LocationSpec
from graph.model.mover import Mover
from graph.model.operation import (
    NewMover,
    Operation,
    OperationEvent,
    OperationFilter,
    OperationKind,
    OperationPlace,
    OperationStatus,
)
from graph.operations import sagas
from graph.operations.engine import engine
from graph.operations.rooms import Patience, Rooms
from graph.store import OperationRow, Store

log = logging.getLogger(__name__)

_LOOK: Final = 0.25
"""Seconds between two looks of a follower at the store."""
_ABANDONED: Final = 30.0
"""Recorded for so many seconds and not begun: whoever recorded it died in between."""
_FOLLOWED: Final = 3_600.0
_KEY: Final = 256


class Operations:
    """Owns the durable engine. One a process: the engine is global."""

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        gateway: Gateway,
        store: Store,
        *,
        lease: float = 8.0,
        drain: float = 10.0,
        keep: float = 3_600.0,
        patience: Patience | None = None,
    ) -> None:
        self._gateway, self._store, self._keep = gateway, store, keep
        self._lease, self._drain = lease, drain
        self._patience = patience or Patience()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        rooms = Rooms(self._gateway, self._store, self._patience)
        await self._stack.enter_async_context(engine(rooms, lease=self._lease, drain=self._drain))
        # Owned here: cancelled and awaited on exit.
        sweep = asyncio.create_task(self._sweep())
        self._stack.push_async_callback(_cancel, sweep)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def create_mover(
        self, new: NewMover, caller: Caller, idempotency_key: str | None = None
    ) -> Operation:
        """Checks what can be known, records the operation, starts it, and gives it.

        Raises Invalid, NameTaken, and what AWS says of the account.
        """
        _check_location(new.source, new.account_id, self._gateway.region, "source")
        _check_location(new.destination, new.account_id, self._gateway.region, "destination")

        async def accept() -> str:
            movers = await list_movers(self._gateway, new.account_id)
            if any((mover.group, mover.name) == (new.group, new.name) for mover in movers):
                raise NameTaken(f"group '{new.group}' has a mover '{new.name}' already")
            return await self._accept(
                {
                    "kind": OperationKind.CREATE_MOVER.value,
                    "account_id": new.account_id,
                    "mover_group": new.group,
                    "mover_name": new.name,
                    "requested_by": caller.who,
                    "reservation": f"{new.account_id} {new.group} {new.name}",
                },
                (new,),
            )

        if idempotency_key is None:
            return await self.get(await accept())
        return await self.get(await self.once(idempotency_key, repr(new), accept))

    async def delete_mover(
        self, mover: Mover, caller: Caller, *, cancel_run: bool = False
    ) -> Operation:
        """Records and starts a deletion. Raises AlreadyRunning where a run is active."""
        if mover.status in ("RUNNING", "QUEUED") and not cancel_run:
            raise AlreadyRunning("a run of the mover is active: stop it first, or ask to cancel it")
        account_id = mover.account.account_id
        values = {
            "kind": OperationKind.DELETE_MOVER.value,
            "account_id": account_id,
            "mover_group": mover.group,
            "mover_name": mover.name,
            "task_arn": mover.task_arn,
            "requested_by": caller.who,
            "reservation": f"{account_id} {mover.group} {mover.name}",
        }
        return await self.get(await self._accept(values, (mover.task_arn, cancel_run)))

    async def get(self, operation_id: str) -> Operation:
        """Raises NotFound where there never was one, or it is forgotten."""
        return _operation(await self._store.operation(operation_id))

    async def shown(self, operation_id: str) -> Operation:
        """The same, for those who ask by its id. Raises NotFound also where its time is over.

        The store may keep it longer: its leftovers have to be looked for first.
        """
        operation = await self.get(operation_id)
        before = self._forgotten_before()
        old = operation.status.ended and operation.updated_at.timestamp() < before
        if old and not await self._store.keeps(operation_id, before):
            raise NotFound("operation not found")
        return operation

    async def page(
        self, wanted: OperationFilter, first: int, after: OperationPlace | None = None
    ) -> list[tuple[OperationPlace, Operation]]:
        """At most ``first`` operations behind a place, the newest first, each with its own."""
        rows = await self._store.operations(wanted, self._forgotten_before(), first, after)
        return [
            (OperationPlace(row.values["created_at"], row.values["id"]), _operation(row))
            for row in rows
        ]

    async def follow(self, operation_id: str) -> AsyncIterator[Operation]:
        """The present state, each change, the end."""
        shown, until = None, time.monotonic() + _FOLLOWED
        while time.monotonic() < until:
            operation = await self.get(operation_id)
            if operation != shown:
                yield operation
                shown = operation
            if operation.status.ended:
                return
            await asyncio.sleep(_LOOK)

    async def wait(self, operation_id: str, seconds: float) -> Operation:
        """The operation once it has ended, or as it stands when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                async for operation in self.follow(operation_id):
                    if operation.status.ended:
                        return operation
        except TimeoutError:
            log.debug("operation %s goes on", operation_id)
        return await self.get(operation_id)

    async def once(self, key: str, what: str, work: Callable[[], Awaitable[str]]) -> str:
        """Does the work once for a key, on whatever replica; gives the same answer again.

        Raises Conflict for the same key with another ``what``.
        """
        if not 0 < len(key) <= _KEY:
            raise Invalid(
                f"an idempotency key has 1 to {_KEY} characters", path=("idempotencyKey",)
            )
        done = await self._store.claim_key(key, hashlib.sha256(what.encode()).hexdigest())
        if done is not None:
            return done
        try:
            result = await work()
        except ApiError:
            await self._store.settle_key(key, None)
            raise
        await self._store.settle_key(key, result)
        return result

    def _forgotten_before(self) -> float:
        return time.time() - self._keep

    async def _accept(self, values: dict[str, Any], args: tuple[Any, ...]) -> str:
        operation_id = str(uuid.uuid4())
        await self._store.begin_operation(
            {"id": operation_id, "input": pickle.dumps(args), **values}
        )
        await _start(operation_id, values["kind"], args)
        return operation_id

    async def _sweep(self) -> None:
        """Starts what was recorded and never begun, and forgets what ended long ago."""
        while True:
            try:
                for row in await self._store.unended():
                    if row["status"] == "CREATED" and time.time() - row["created_at"] > _ABANDONED:
                        await _start(row["id"], row["kind"], pickle.loads(row["input"]))  # noqa: S301 - our own
                forgotten = await self._store.forget(self._forgotten_before())
                if forgotten:
                    await DBOS.delete_workflows_async(forgotten)
            except Upstream:
                log.warning("the store does not answer; trying again")
            except Exception:  # a border: one bad round must not end the sweep
                log.exception("sweep of operations")
            await asyncio.sleep(_ABANDONED)


async def _start(operation_id: str, kind: str, args: tuple[Any, ...]) -> None:
    """Starting what was started before does nothing."""
    with SetWorkflowID(operation_id):
        if kind == OperationKind.CREATE_MOVER.value:
            await DBOS.start_workflow_async(sagas.create_mover, operation_id, *args)
        else:
            await DBOS.start_workflow_async(sagas.delete_mover, operation_id, *args)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _check_location(spec: LocationSpec, account_id: str, region: str, side: str) -> None:
    if isinstance(spec, EfsSpec):
        _check_arn(spec.filesystem_arn, "elasticfilesystem", (side, "efs", "filesystemArn"))
        if not 1 <= len(spec.security_group_arns) <= 5:  # noqa: PLR2004 - DataSync's bound
            raise Invalid(
                "1 to 5 security groups are wanted", path=(side, "efs", "securityGroupArns")
            )
        for arn in (spec.filesystem_arn, spec.subnet_arn, *spec.security_group_arns):
            parts = names.arn(arn, path=(side, "efs"))
            if (parts.account, parts.region) != (account_id, region):
                raise Invalid(f"{arn} is not in account {account_id}, {region}", path=(side, "efs"))
        return
    _check_arn(spec.bucket_arn, "s3", (side, "s3", "bucketArn"))


def _check_arn(arn: str, service: str, path: tuple[str, ...]) -> None:
    if names.arn(arn, path=path).service != service:
        raise Invalid(f"{arn} is not an ARN of {service}", path=path)


def _operation(row: OperationRow) -> Operation:
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
