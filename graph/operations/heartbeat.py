"""Heartbeats: proof that this replica is alive, and which of the others are not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Final

from dbos import DBOS, error

from graph.concurrency import Rounds
from graph.operations import dispatch
from graph.store import RETIRED, Replicas

log = logging.getLogger(__name__)

_BEATS: Final = 5
"""Heartbeats per lease."""
_FRESH: Final = 0.6
"""The share of a lease during which, after a heartbeat, no other replica can take over."""


class Liveness:
    """How long the other replicas have been silent, as this one has observed it.

    Clocks are not compared: what counts is when this process saw the last change. Silence that it
    could not observe does not count: after an outage of the store, during which all were silent,
    the others get another lease to report.
    """

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._seen: dict[str, tuple[int | None, float]] = {}
        self._called: float | None = None

    def silent(self, beats: Mapping[str, int | None], now: float) -> list[str]:
        """The replicas that have been silent for a lease, or that have retired.

        ``beats``: the count of each known replica's heartbeats; None for one without any.
        """
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


class Heartbeat:
    """Beats for this replica and observes the others."""

    def __init__(self, replicas: Replicas, replica: str, lease: float) -> None:
        self.replica = replica
        self.interval = lease / _BEATS
        self.owners: frozenset[str] = frozenset()
        """Replicas that own unfinished work, with or without heartbeats."""
        self.dead: dict[str, int | None] = {}
        """Replicas whose work is to be taken over, with the last count that was seen of each."""
        self._replicas, self._lease = replicas, lease
        self._liveness = Liveness(lease)
        self._beaten = self._unbroken = time.monotonic()
        self._news = asyncio.Condition()

    def trouble(self) -> str | None:
        """Why other replicas may soon take over from this one, or None if they will not."""
        silent = time.monotonic() - self._beaten
        if silent < _FRESH * self._lease:
            return None
        return f"no heartbeat for {silent:.1f} s of the {self._lease:g} s that a lease lasts"

    async def run(self) -> None:
        """Beats until it is cancelled."""
        rounds = Rounds(log, "the heartbeat")
        while True:
            with rounds.guard():
                await self.beat()
            await asyncio.sleep(self.interval)

    async def beat(self) -> None:
        """One round. Raises Upstream if the store does not answer."""
        began = time.monotonic()
        counts = await self._replicas.beat(self.replica)
        async with self._news:
            if began - self._beaten >= _FRESH * self._lease:
                self._unbroken = began
            self._beaten = began
            self._news.notify_all()
        beats: dict[str, int | None] = {**dict.fromkeys(self.owners), **counts}
        beats.pop(self.replica, None)
        silent = self._liveness.silent(beats, time.monotonic())
        self.dead = {replica: beats[replica] for replica in silent}

    async def ensure_owner(self, since: float | None = None) -> None:
        """Returns as soon as the running workflow certainly belongs to this replica.

        If its heartbeat is overdue, or was at some time after ``since``, this waits for the next
        one. It ends the workflow by DBOSWorkflowConflictIDError if another replica has taken it
        over meanwhile.
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
        owner = await dispatch.owner_of(workflow_id)
        if owner is not None and owner != self.replica:
            log.warning("another replica has taken over operation %s", workflow_id)
            raise error.DBOSWorkflowConflictIDError(workflow_id)
