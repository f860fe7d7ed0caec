"""A slow background sweep that removes the remains of creates, once for each that has ended.

A failed create leaves a part behind if its roll-back could not remove it. A completed create has a
part twice if a server was suspended during a step and resumed after another had taken over its
work. Only resources with the mark of an operation that has ended, by the store, are removed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Self

from graph.aws.client.gateway import Gateway
from graph.aws.tasks import describe_task
from graph.cleanup import leftovers
from graph.cleanup.records import record_removal
from graph.concurrency import Rounds
from graph.model.errors import ApiError, NotFound
from graph.model.operation import OperationKind, OperationStatus
from graph.store import Store, StoredOperation

log = logging.getLogger(__name__)

_PER_ROUND: Final = 100
"""Operations that are checked per round: five calls if nothing was left behind."""
_SET_ASIDE: Final = 600.0
"""Seconds for which an account is skipped after an error, so that others are still swept."""
_PARTS: Final = 2
"""The locations of a mover."""
Place = tuple[str, str | None]
"""The account and region of an operation, as it was recorded."""


class Sweep:
    """Owns one task. Several servers may sweep at the same time: deletions can be repeated."""

    def __init__(self, gateway: Gateway, store: Store, *, age: float, every: float) -> None:
        self._gateway, self._store = gateway, store
        self._age, self._every = age, every
        self._aside: dict[Place, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        # Owned here: cancelled and awaited on exit.
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def round(self) -> int:
        """Checks some operations, and returns how many. Raises Upstream if the store fails."""
        now = time.monotonic()
        self._aside = {place: until for place, until in self._aside.items() if until > now}
        rows = await self._store.operation_lists.unswept(
            self._store.now() - self._age, _PER_ROUND, self._aside
        )
        by_place: defaultdict[Place, list[StoredOperation]] = defaultdict(list)
        for row in rows:
            by_place[row.account_id, row.region].append(row)
        for place, mine in by_place.items():
            try:
                for first in range(0, len(mine), leftovers.IDS):
                    await self._look(place, mine[first : first + leftovers.IDS])
            except ApiError as error:
                self._set_aside(place, error)
        return len(rows)

    async def _run(self) -> None:
        rounds = Rounds(log, "the sweep of ended operations")
        while True:
            # Servers that started together do not sweep together.
            await asyncio.sleep(self._every * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            with rounds.guard():
                await self.round()

    async def _look(self, place: Place, rows: Sequence[StoredOperation]) -> None:
        """Removes the surplus of some operations of one account and region, and records that."""
        marked = await leftovers.marked(self._gateway.at(*place), [row.id for row in rows])
        busy = await self._busy(place)
        done = []
        for row in rows:
            # A mover that is being deleted may lack a part: its surplus is known afterwards.
            if (row.group, row.mover_name) in busy:
                continue
            try:
                await self._remove(row, marked[row.id])
            except ApiError as error:
                self._set_aside(place, error)
            else:
                done.append(row.id)
        await self._store.operation_lists.note_swept(done)

    def _set_aside(self, place: Place, error: ApiError) -> None:
        account_id, region = self._gateway.at(*place).place
        log.warning("account %s cannot be swept now in %s: %s", account_id, region, error.message)
        self._aside[place] = time.monotonic() + _SET_ASIDE

    async def _busy(self, place: Place) -> set[tuple[Any, Any]]:
        return {
            (row.group, row.mover_name)
            for row in await self._store.operations.unended()
            if (row.account_id, row.region) == place
            and row.kind == OperationKind.DELETE_MOVER.value
        }

    async def _remove(self, row: StoredOperation, marked: Iterable[str]) -> None:
        failed = row.status == OperationStatus.FAILED.value
        arns = set(marked) if failed else await self._surplus(row, set(marked))
        removed = await leftovers.remove(self._gateway, arns, row.id)
        if failed:
            aws = self._gateway.at(row.account_id, row.region)
            roles = await leftovers.roles_of(aws, row.group or "", row.mover_name, row.id)
            await leftovers.remove_roles(aws, roles)
            removed += roles
        for arn in removed:
            log.warning("removed %s, left behind by operation %s", arn, row.id)
        await record_removal(self._store.audit, row, removed)

    async def _surplus(self, row: StoredOperation, marked: set[str]) -> set[str]:
        """Of a completed create, the tasks and locations that are not the mover's."""
        if row.task_arn is None:
            return set()
        others = {arn for arn in marked if ":task/" in arn} - {row.task_arn}
        locations = {arn for arn in marked if ":location/" in arn}
        if not others and len(locations) <= _PARTS:
            return set()
        try:
            task = await describe_task(self._gateway, row.task_arn)
        except NotFound:
            # The mover was deleted. Its locations may have been kept on purpose.
            return others
        return others | (locations - {task.source_arn, task.destination_arn})
