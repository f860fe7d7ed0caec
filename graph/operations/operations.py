"""The service of durable operations: accepts them, and owns what runs them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final, Self

from graph.aws.client.gateway import Gateway
from graph.aws.movers import list_movers, movers_named
from graph.aws.tasks import list_tasks_afresh
from graph.concurrency import Bookkeeping, TaskOwner
from graph.model.caller import Caller
from graph.model.change import MoverChange
from graph.model.clock import SystemClock
from graph.model.errors import (
    ApiError,
    Conflict,
    NameTaken,
    QuotaExceeded,
)
from graph.model.mover import WITH_ACTIVE_RUN, Account, Mover
from graph.model.operation import (
    NewMover,
    Operation,
    OperationKind,
    OperationStep,
)
from graph.operations import inputs
from graph.operations.acceptance import busy, joined, new_operation
from graph.operations.checks import check
from graph.operations.creating import name_taken
from graph.operations.deleting import active_run
from graph.operations.engine import CONNECTIONS, engine
from graph.operations.existing import read_ends
from graph.operations.failures import failure_of
from graph.operations.heartbeat import Heartbeat
from graph.operations.idempotency import Idempotency, key_of
from graph.operations.late_effects import LateEffectChecks
from graph.operations.reading import OperationReader, operation_of
from graph.operations.recovery import Recovery, start_operation
from graph.operations.retries import Retries, RetryPolicy
from graph.operations.runtime import Runtime, is_installed
from graph.operations.update_inputs import UpdateInput
from graph.operations.updating import check_update
from graph.rights.policy import ResourcePolicy
from graph.store import IdempotencyKey, NewOperation, Parts, Quota, Store
from graph.task_settings.creation import with_mode

log = logging.getLogger(__name__)

_ACCEPTED_SECONDS: Final = 60.0
"""Seconds that closing waits for requests that are being accepted: longer than any takes."""


class Operations(OperationReader):
    """One per process, as the engine is global."""

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        gateway: Gateway,
        store: Store,
        resources: ResourcePolicy,
        *,
        lease: float = 8.0,
        drain: float = 10.0,
        keep: float = 3_600.0,
        quota: int | None = None,
        group_quota: int | None = None,
        max_unfinished: int | None = None,
        retry: RetryPolicy | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        """``group_quota``: how many tasks of the quota one group may have.

        ``max_unfinished``: how many operations of one key may be under way.
        """
        super().__init__(store, keep)
        self._gateway = gateway
        self._replica, self._lease, self._drain = uuid.uuid4().hex, lease, drain
        self.quota, self.group_quota = quota, group_quota
        self._max_unfinished, self._retry = max_unfinished, retry or RetryPolicy()
        self._connections = connections
        self._resources = resources
        self._stack = AsyncExitStack()
        self._heartbeat: Heartbeat | None = None
        self._accepting = TaskOwner()
        self._bookkeeping = Bookkeeping(SystemClock())
        self._idempotency = Idempotency(store.idempotency, self._replica, self._bookkeeping)

    async def __aenter__(self) -> Self:
        self._heartbeat = heartbeat = Heartbeat(self._store.replicas, self._replica, self._lease)
        retries = Retries(self._retry, heartbeat)
        runtime = Runtime(self._gateway, self._store, retries, heartbeat, self._resources)
        running = engine(runtime, drain=self._drain, connections=self._connections)
        await self._stack.enter_async_context(running)
        # Owned here, as are those that accept: cancelled, or waited for, on exit.
        recovery = Recovery(self._store, heartbeat, self._keep)
        upkeep = (
            asyncio.create_task(recovery.run(lambda: list(runtime.running.values()))),
            asyncio.create_task(LateEffectChecks(runtime).run()),
        )
        self._stack.push_async_callback(self._bookkeeping.aclose)
        self._stack.push_async_callback(self._close_upkeep, *upkeep)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def trouble(self) -> str | None:
        """Why accepted operations would not be carried out here, or None if they would."""
        if self._heartbeat is None or not is_installed():
            return "the engine is not running"
        return self._heartbeat.trouble()

    async def create_mover(
        self, new: NewMover, caller: Caller, idempotency_key: str | None = None
    ) -> Operation:
        """Checks what can be known, records the operation, starts it and returns it.

        Raises Invalid, NameTaken, Forbidden for a resource that the caller may not use, Conflict
        for a key that was used with another input, and errors of AWS about the account.
        """
        check(new, self._gateway)
        await self._resources.require_for_new(caller.rights, new)
        settings = with_mode(new.settings, await read_ends(new, self._gateway))
        given, asked = idempotency_key, inputs.fingerprint(new)
        key = None if given is None else key_of(caller.identity.key, given, asked)
        new = replace(new, key_name=caller.identity.granted_by, settings=settings)
        before = await self._store.idempotency.result(key) if key else None
        if before is not None:
            return await self.accepted(before)
        return await self._accepting.run(self._accept_create(new, caller, key))

    async def delete_mover(
        self, mover: Mover, caller: Caller, *, cancel_run: bool = False
    ) -> Operation:
        """Records and starts a deletion, or returns the one that is under way.

        Raises AlreadyRunning if a run is active, Conflict while the mover is being created.
        """
        names = (mover.account, mover.group, mover.name)
        holder = await self._holder(*names)
        if holder is not None:
            return await self.get(joined(holder))
        if mover.status in WITH_ACTIVE_RUN and not cancel_run:
            raise active_run()
        cancelled_by = caller.identity.who if cancel_run else None
        return await self._delete(names, mover.task_arn, caller, cancelled_by, None)

    async def update_mover(self, mover: Mover, change: MoverChange, caller: Caller) -> Operation:
        """Checks what can be known, records the update, starts it and returns it.

        Raises Invalid, NameTaken, and Conflict for a mover that is not as the caller has seen it or
        that another operation works on.
        """
        names = (mover.account, mover.group, mover.name)
        await self.require_idle(*names)
        await check_update(self._gateway, mover, change)
        renamed = change.name not in {None, mover.name} and mover.group is not None
        place = mover.account.key
        also = inputs.reservation_of(place, mover.group, change.name or "") if renamed else None
        kind, given = OperationKind.UPDATE_MOVER, UpdateInput(mover.task_arn, change)
        operation = new_operation(kind, names, caller, given, mover.task_arn, also)
        try:
            return await self._accepting.run(self._begin(operation))
        except NameTaken:
            await self.require_idle(*names)
            raise

    async def require_idle(self, account: Account, group: str | None, name: str) -> None:
        """Raises Conflict while an operation works on a mover."""
        holder = await self._holder(account, group, name)
        if holder is not None:
            raise busy(holder)

    async def require_not_being_created(
        self, account: Account, group: str | None, name: str
    ) -> None:
        """Raises Conflict if a mover of that name is being created and cannot be found yet."""
        holder = await self._holder(account, group, name)
        if holder is not None:
            joined(holder)

    async def resume_deletion(self, left: Operation, caller: Caller) -> Operation:
        """Deletes what an earlier deletion left; returns that one while it is under way."""
        row = await self._store.operations.get(left.id)
        if row.ended_at is None or row.task_arn is None:
            return await self.get(left.id)
        account = self._gateway.served.recorded(left.account_id, left.region)
        names = (account, left.group, left.mover_name)
        return await self._delete(names, row.task_arn, caller, None, row.parts)

    async def run_once(
        self,
        key: IdempotencyKey,
        *,
        work: Callable[[str], Awaitable[str]],
        find: Callable[[str], Awaitable[str | None]],
    ) -> str:
        """Does the work once per key, whichever replica is asked; then returns the same result.

        ``work`` puts the mark that it gets on what it creates, ``find`` looks for that mark.
        Raises Conflict if the key was used with another input.
        """
        return await self._accepting.run(self._idempotency.run_once(key, work=work, find=find))

    async def _accept_create(
        self, new: NewMover, caller: Caller, key: IdempotencyKey | None
    ) -> Operation:
        account = self._gateway.served.recorded(new.account_id, new.region)
        names = (account, new.group, new.name)
        given = inputs.CreateInput(new)
        operation = new_operation(OperationKind.CREATE_MOVER, names, caller, given)
        try:
            quota = await self._check_name(new)
            if quota is not None:
                quota = replace(quota, tell_total=caller.rights.groups is None)
            return await self._begin(operation, key, quota, again=new)
        except (NameTaken, QuotaExceeded):
            # Of two with the same key, the other may have been quicker.
            before = await self._store.idempotency.result(key) if key else None
            if before is None:
                raise
            return await self.accepted(before)

    async def _check_name(self, new: NewMover) -> Quota | None:
        """Raises NameTaken. Returns the quota of tasks with what uses it, if one is configured."""
        asked = self._store.now()
        aws = self._gateway.at(new.account_id, new.region)
        tasks = await list_tasks_afresh(aws)
        if await movers_named(aws, tasks, new.group, new.name):
            raise name_taken(new.group, new.name)
        listed = frozenset(task.task_arn for task in tasks)
        if self.quota is None:
            return None
        if self.group_quota is None:
            return Quota(self.quota, listed, asked)
        movers = await list_movers(aws)
        own = frozenset(mover.task_arn for mover in movers if mover.group == new.group)
        return Quota(self.quota, listed, asked, self.group_quota, own)

    async def _delete(
        self,
        names: tuple[Account, str | None, str],
        task_arn: str,
        caller: Caller,
        cancelled_by: str | None,
        parts: Parts | None,
    ) -> Operation:
        given = inputs.DeleteInput(task_arn, cancelled_by, parts)
        operation = new_operation(OperationKind.DELETE_MOVER, names, caller, given, task_arn)
        try:
            return await self._accepting.run(self._begin(operation))
        except NameTaken:
            holder = await self._holder(*names)
            if holder is None:
                raise Conflict(
                    "Another operation on the mover has just ended. Try again."
                ) from None
            return await self.get(joined(holder))

    async def _begin(
        self,
        new: NewOperation,
        key: IdempotencyKey | None = None,
        quota: Quota | None = None,
        again: NewMover | None = None,
    ) -> Operation:
        """Records the operation, then starts it. Recovery starts one that is only recorded."""
        begun = await self._store.operations.begin(
            new, key, quota, max_unfinished=self._max_unfinished
        )
        if begun.operation is None:
            return await self.accepted(begun.operation_id)
        if begun.recheck and again is not None:
            try:
                await self._check_name(again)
            except NameTaken as error:
                await self._store.operations.end(new.id, failure_of(error, OperationStep.NAME))
                raise
            except ApiError:
                log.info("operation %s will check its name again when it starts", new.id)
        await start_operation(new.id, new.kind, new.input, recheck=begun.recheck)
        return operation_of(begun.operation)

    async def _close_upkeep(self, *upkeep: asyncio.Task[None]) -> None:
        for task in upkeep:
            task.cancel()
        await asyncio.gather(*upkeep, return_exceptions=True)
        # An operation that is recorded and not started would wait for another server.
        await self._accepting.aclose(_ACCEPTED_SECONDS)
