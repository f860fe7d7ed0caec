"""Heartbeats: this replica's own, and whose work is to be taken over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Final

from dbos import DBOS
from dbos._error import DBOSWorkflowConflictIDError

from graph.model.errors import Upstream
from graph.store import LateEffects, Store
from graph.store.tables import RETIRED

log = logging.getLogger(__name__)

_BEATS: Final = 5
"""In a lease."""
_ID: Final = 36
"""The length of an operation's id, with which the id of each of its workflows begins."""
_FRESH: Final = 0.6
"""Of a lease: so long after a heartbeat this replica is sure that no other took its work."""


class Roll:
    """How long the other replicas have been silent, as this one has seen it.

    Clocks are not compared: what counts is when this process saw the last change. Nor does it
    count what it could not see: where the store was away, everybody was silent, and who comes
    back first must give the others a lease more to do so too.
    """

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._seen: dict[str, tuple[int | None, float]] = {}
        self._called: float | None = None

    def silent(self, beats: Mapping[str, int | None], now: float) -> list[str]:
        """Who has been silent for a lease. ``beats`` of all that are known, by replica."""
        blind = self._called is not None and now - self._called > self._lease / 2
        self._called = now
        if blind:
            self._seen.clear()
        for replica, beat in beats.items():
            if replica not in self._seen or self._seen[replica][0] != beat:
                self._seen[replica] = (beat, now + (self._lease if blind else 0.0))
        for replica in self._seen.keys() - beats.keys():
            del self._seen[replica]
        return [
            replica
            for replica, (beat, since) in self._seen.items()
            if beat == RETIRED or now - since > self._lease
        ]


class Heart:
    """Beats for this replica, and adopts the work of those that fell silent."""

    def __init__(self, store: Store, replica: str, lease: float) -> None:
        self.replica = replica
        self._store, self._lease = store, lease
        self._roll = Roll(lease)
        self._beaten = self._unbroken = time.monotonic()
        self._news = asyncio.Condition()
        self._rounds = 0
        self._owners: set[str] = set()
        self._leaving = False

    async def beat_for_ever(self) -> None:
        while True:
            try:
                await self.beat()
            except Upstream:
                log.warning("the store does not answer; trying again")
            except Exception:  # a border: one bad round must not end the heartbeat
                if self._leaving:  # it had asked the engine just before that closed
                    log.info("a round of the heartbeat was cut off by the end of the engine")
                else:
                    log.exception("heartbeat")
            await asyncio.sleep(self._lease / _BEATS)

    def leave(self) -> None:
        """From now on it beats for its own work alone: the engine that it would ask is closing."""
        self._leaving = True

    async def beat(self) -> None:
        """One round. Raises Upstream where the store is away."""
        began = time.monotonic()
        beats: dict[str, int | None] = dict(await self._store.beat(self.replica))
        async with self._news:
            if began - self._beaten >= _FRESH * self._lease:
                self._unbroken = began
            self._beaten = began
            self._news.notify_all()
        if self._leaving:
            return
        if self._rounds % _BEATS == 0:  # dear, and needed only where a buried one owns work still
            self._owners = await asyncio.to_thread(_owners)
        self._rounds += 1
        beats = dict.fromkeys(self._owners) | beats
        beats.pop(self.replica, None)
        for silent in self._roll.silent(beats, time.monotonic()):
            await self._adopt(silent)

    async def certain(self, since: float | None = None) -> None:
        """Returns while this replica's work is certainly its own.

        Where its heartbeat has stopped (or had, ``since`` that time) it waits for the next one,
        and ends the workflow that asks if another replica has taken that over meanwhile.
        """
        unbroken = since is None or self._unbroken <= since
        if unbroken and time.monotonic() - self._beaten < _FRESH * self._lease:
            return
        async with self._news:
            await self._news.wait_for(
                lambda: time.monotonic() - self._beaten < _FRESH * self._lease
            )
        workflow_id = DBOS.workflow_id
        if workflow_id is None:
            return
        # Not by to_thread, which takes the workflow's context along: the engine would journal the
        # question as a step, and a replica that need not ask could not go on behind it.
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(None, DBOS.get_workflow_status, workflow_id)
        if status is not None and status.executor_id != self.replica:
            log.warning("operation %s was taken over by another replica", workflow_id)
            raise DBOSWorkflowConflictIDError(workflow_id)

    async def _adopt(self, replica: str) -> None:
        # Open-source DBOS leaves the work of a dead replica alone. This is its only way to it; it
        # gives each workflow to one replica, however many adopt it.
        recover = DBOS._recover_pending_workflows  # noqa: SLF001
        # The dead replica may have sent a call whose effect comes late.
        await LateEffects(self._store).expect(await asyncio.to_thread(_pending_of, replica))
        adopted = await asyncio.to_thread(recover, [replica])
        if adopted:
            log.warning("adopted %d operations of a replica that is gone", len(adopted))
        self._owners.discard(replica)
        await self._store.bury(replica)


def _pending_of(replica: str) -> list[str]:
    pending = DBOS.list_workflows(
        status="PENDING", executor_id=replica, load_input=False, load_output=False
    )
    return [workflow.workflow_id[:_ID] for workflow in pending]


def _owners() -> set[str]:
    pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {workflow.executor_id for workflow in pending if workflow.executor_id}
