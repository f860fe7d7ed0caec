"""Shares watches between all processes that use one PostgreSQL store.

A lease per run names the process that polls it. Its states are stored and announced to the others.
While the store does not answer, each process polls for itself.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from graph.concurrency import Rounds
from graph.model.clock import Clock
from graph.model.errors import Upstream
from graph.observability.metrics import WATCH_LEASES
from graph.runs.watch.sharing import Form, Share, Watcher
from graph.store import NUDGE, Exchange, Notice, RunState

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE: Final = 2.0
"""Seconds after which another process takes over from a holder that has died or stands still."""
_ROUNDS: Final = 4
"""Rounds per lease: the others notice its end within one round."""
_LISTEN_AGAIN: Final = 1.0
"""Seconds after which a lost connection for notices is replaced. Rounds bring the states, too."""
_TAKEN_OVER: Final = 1_000
"""The gap after a take-over: far more states than a holder can have sent to its own followers
before it stored them."""
_ALONE: Final = 1 << 16
"""The longest gap when the store has failed. It is random, so that numbers that processes use at
the same time differ."""


class WatchStates(Protocol):
    """The states of watches in a store, as ``RunWatches`` has them."""

    async def exchange(
        self,
        process: str,
        watched: dict[str, int],
        new: dict[str, RunState],
        given_up: list[str],
        *,
        lease: float,
    ) -> Exchange: ...

    async def nudge(self, process: str, name: str) -> None: ...


class SharedWatches:
    """Implements ``Sharing``. Owns the tasks that exchange states and listen for those of others.

    A lease counts from the beginning of the exchange that renewed it, so that here it never lasts
    longer than by the clock of the database.
    """

    def __init__(
        self,
        states: WatchStates,
        listen: Callable[[], AsyncGenerator[str, None]],
        clock: Clock,
        lease: float = LEASE,
    ) -> None:
        """``listen`` yields notices, and ends or raises Upstream when its connection is lost."""
        self._states, self._listen = states, listen
        self._clock, self._lease = clock, lease
        self._process = uuid.uuid4().hex
        self._shares: dict[str, _Share[Any]] = {}
        self._left: dict[str, _Share[Any]] = {}
        """Those whose watch has ended since the last exchange."""
        self._due, self._joined = asyncio.Event(), asyncio.Event()
        self._failing_since: float | None = None
        self._alone = False
        self._pollers: Mapping[str, int] = {}
        self._processes = 1
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        work = (self._exchange_when_due(), self._tick(), self._hear())
        self._tasks = [asyncio.create_task(each) for each in work]  # cancelled on exit
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Gives up what is held, so that others continue at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        WATCH_LEASES.set(0)
        if self._left:
            with Rounds(log, "giving up watches").guard():
                await self._exchange()

    def join(self, name: str, watcher: Watcher[T], form: Form[T]) -> Share[T]:
        share = _Share(self, name, watcher, form)
        self._shares[name] = share
        self._due.set()
        self._joined.set()
        return share

    async def nudge(self, name: str) -> None:
        await self._states.nudge(self._process, name)

    def pollers(self, place: str) -> int:
        """While the store does not answer: all processes."""
        return self._processes if self.alone else max(1, self._pollers.get(place, 1))

    @property
    def alone(self) -> bool:
        """Whether the store has not answered for as long as a lease lasts."""
        since = self._failing_since
        return since is not None and self._clock.monotonic() - since >= self._lease

    def holds(self, share: _Share[Any]) -> bool:
        return self._clock.monotonic() < share.held_until

    def publish(self) -> None:
        self._due.set()

    def leave(self, share: _Share[Any]) -> None:
        if self._shares.get(share.name) is share:
            del self._shares[share.name]
            self._left[share.name] = share
            self._due.set()

    async def _exchange_when_due(self) -> None:
        rounds = Rounds(log, "sharing the states of runs")
        while True:
            await self._due.wait()
            self._due.clear()
            if not self._shares and not self._left:
                continue
            with rounds.guard():
                await self._exchange()

    async def _exchange(self) -> None:
        """One round. Raises Upstream if the store does not answer."""
        began, shares = self._clock.monotonic(), dict(self._shares)
        left, self._left = self._left, {}
        new = {arn: each.new for arn, each in (left | shares).items() if each.new}
        watched = {arn: each.number for arn, each in shares.items()}
        encoded = {
            arn: each.form.encode(each.new) for arn, each in (left | shares).items() if each.new
        }
        try:
            async with asyncio.timeout(self._lease):
                found = await self._states.exchange(
                    self._process, watched, encoded, list(left), lease=self._lease
                )
        except BaseException as error:
            # What is not held any more need not be given up.
            held = {arn: each for arn, each in left.items() if self.holds(each)}
            self._left = held | self._left
            if not isinstance(error, TimeoutError | Upstream):
                raise
            if self._failing_since is None:
                self._failing_since = self._clock.monotonic()
            raise Upstream("The states of runs cannot be shared.") from error
        self._failing_since, self._alone = None, False
        WATCH_LEASES.set(len(found.held & self._shares.keys()))
        self._pollers, self._processes = found.pollers, found.processes
        for arn, share in shares.items():
            if self._shares.get(arn) is share:
                held_until = began + self._lease if arn in found.held else 0.0
                state = found.states.get(arn)
                if share.number != watched[arn]:  # it has been told of a state since, a newer one
                    state = None
                    self._due.set()
                share.settle(held_until, new.get(arn), state)

    async def _tick(self) -> None:
        while True:
            self._joined.clear()
            if not self._shares and not self._left and self._failing_since is None:
                await self._joined.wait()  # until then there is nothing to renew
            await self._clock.sleep(self._lease / _ROUNDS)
            if self.alone and not self._alone:
                self._alone = True
                WATCH_LEASES.set(0)
                for share in self._shares.values():
                    share.watcher.isolate(1 + secrets.randbelow(_ALONE))
            for share in self._shares.values():
                share.wake()
            self._due.set()

    async def _hear(self) -> None:
        rounds = Rounds(log, "listening for the states of runs")
        while True:
            with rounds.guard():
                async with aclosing(self._listen()) as payloads:
                    async for payload in payloads:
                        self._heard(Notice.decoded(payload))
            await self._clock.sleep(_LISTEN_AGAIN)

    def _heard(self, notice: Notice | None) -> None:
        if notice is None:
            self._due.set()
            return
        share = self._shares.get(notice.run_arn)
        if share is None or notice.holder == self._process:
            return
        if notice.text == NUDGE:
            share.watcher.nudge()
            return
        if share.polls:
            return
        if notice.text is None:
            self._due.set()
        elif notice.sequence > share.number:
            share.receive(RunState(notice.sequence, notice.text))


class _Share(Generic[T]):
    """The part of one watch."""

    def __init__(self, owner: SharedWatches, name: str, watcher: Watcher[T], form: Form[T]) -> None:
        self._owner, self.name, self.watcher, self.form = owner, name, watcher, form
        self.held_until = 0.0
        self.number = 0
        """The sequence of the last state that the watch has; 0 for none."""
        self.new: T | None = None
        """The last state that was observed here, until it has been offered to the store."""
        self._unreadable = False
        self._changed = asyncio.Event()

    @property
    def polls(self) -> bool:
        return self._unreadable or self._owner.alone or self._owner.holds(self)

    async def changed(self) -> None:
        await self._changed.wait()
        self._changed.clear()

    def publish(self, state: T) -> None:
        self.number, self.new = self.form.number(state), state
        self._owner.publish()

    def leave(self) -> None:
        self._owner.leave(self)

    def wake(self) -> None:
        self._changed.set()

    def settle(self, held_until: float, offered: T | None, state: RunState | None) -> None:
        """After an exchange. ``state``: what is stored, if the watch does not have it."""
        begins = held_until > 0 and not self._owner.holds(self)
        self.held_until = held_until
        if self.new is offered:
            self.new = None
        if begins:
            self._begin(state)
        elif state is not None and held_until == 0:
            self.receive(state)
        self.wake()

    def _begin(self, state: RunState | None) -> None:
        """The watch continues after ``state``. Without one of its own it does not show an old one.

        The holder polls at once.
        """
        update = None if state is None else self._read(state)
        if update is not None and self.number:
            self.watcher.receive(update)
            update = None
        if state is not None:
            self.number = state.sequence
        if self.number:
            self.watcher.resume(update, _TAKEN_OVER)

    def receive(self, state: RunState) -> None:
        update = self._read(state)
        if update is not None:
            self.number = state.sequence
            self.watcher.receive(update)
        self.wake()

    def _read(self, state: RunState) -> T | None:
        """None for a state of a newer version: then this process polls for itself."""
        update = self.form.decode(state.text)
        self._unreadable = update is None
        return update
