"""Polls one account for all who follow its activity, while this process is the one to do so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from graph.activity.encoding import Shot, shot_of
from graph.activity.feed import Feed
from graph.activity.looks import Looks, Tags
from graph.model.clock import Clock
from graph.model.errors import ApiError, Throttled, Upstream
from graph.model.mover import WITH_ACTIVE_RUN, Mover
from graph.runs.watch.sharing import Share

log = logging.getLogger(__name__)

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """All values are seconds."""

    lists: float = 5.0
    """Between two lists of the movers while nothing is known to have happened."""
    soon: float = 1.0
    """Between two looks into the store, and two lists at least."""
    tags: float = 30.0
    """Between two lists of tags, and of the runs of a mover that is running."""
    blind: float = 60.0
    """Who has not looked for longer may have missed a run from its beginning to its end."""
    announce: float = 20.0
    """How often others learn that nothing has changed."""
    patience: float = 60.0
    """The streams end once AWS has failed for this long. Throttling does not count as a failure."""
    throttled: float = 30.0
    """The longest pause while AWS throttles or fails."""
    call: float = 20.0
    """The longest that one look may take."""
    linger: float = 5.0
    """How long polling continues after the last follower has left."""


class Poller:
    """Owned by the service, which runs it."""

    def __init__(  # noqa: PLR0913 - its ports
        self,
        feed: Feed,
        looks: Looks,
        wait_for_turn: Callable[[], Awaitable[None]],
        share: Share[Shot],
        *,
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._feed, self._looks, self._share = feed, looks, share
        self._wait_for_turn, self._pace, self._clock = wait_for_turn, pace, clock
        self._nudged = asyncio.Event()
        self._next_list = clock.monotonic()
        self._movers: list[Mover] = []
        self._tags: Tags | None = None
        self._tags_at = self._published_at = float("-inf")
        self._listed: dict[str, float] = {}
        """When the runs of a mover were listed, while it runs."""
        self._failing_since: float | None = None
        self._wait = pace.soon
        self._operations: dict[str, tuple[str | None, float]] | None = None

    def nudge(self) -> None:
        """Something has happened: the movers are listed soon."""
        self._nudged.set()

    async def run(self) -> None:
        """Returns when nobody follows any more, or AWS has failed for long. Never raises."""
        try:
            while self._wanted():
                if not self._share.polls:
                    self._forget()
                    await self._share.changed()
                elif not await self._round():
                    return
        except Exception:  # a boundary: the followers have to learn that it has ended
            log.exception("the activity of account %s failed", self._feed.account.account_id)
            self._feed.fail(Upstream("Following the activity failed. Follow it again."))

    def _forget(self) -> None:
        """As another process looks now, and this one at once when it takes over."""
        self._tags = self._operations = None
        self._listed.clear()
        self._next_list = self._clock.monotonic()

    def _wanted(self) -> bool:
        idle = self._clock.monotonic() - self._feed.left_at
        return self._feed.error is None and (self._feed.followed or idle < self._pace.linger)

    async def _round(self) -> bool:
        """Whether there is to be another one."""
        try:
            await self._look()
        except (Throttled, Upstream, TimeoutError) as error:
            now = self._clock.monotonic()
            if not isinstance(error, Throttled):
                self._failing_since = self._failing_since or now
            failed = now - (now if self._failing_since is None else self._failing_since)
            if not self._feed.ready or failed >= self._pace.patience:
                self._feed.fail(_as_upstream(error))
                return False
            self._wait = min(self._pace.throttled, 2 * self._wait)
            self._next_list = now + self._wait
            await self._clock.sleep(self._pace.soon)
        except ApiError as error:
            self._feed.fail(error)
            return False
        else:
            await self._pause()
        return True

    async def _pause(self) -> None:
        """At least a while, as many changes of our own may come at once."""
        await self._clock.sleep(self._pace.soon)
        if self._nudged.is_set() and self._failing_since is None:
            self._nudged.clear()
            self._next_list = min(self._next_list, self._clock.monotonic())

    async def _look(self) -> None:
        operations = await self._changed_operations()
        movers = runs = None
        if self._clock.monotonic() >= self._next_list:
            movers = await self._list_movers()
            runs = await self._list_runs(movers)
            self._failing_since, self._wait = None, self._pace.soon
            self._next_list = self._clock.monotonic() + self._pace.lists
        if not self._share.polls:  # another process does by now
            return
        self._take(movers, runs, operations)

    def _take(
        self,
        movers: list[Mover] | None,
        runs: dict[str, str] | None,
        operations: dict[str, tuple[str | None, float]],
    ) -> None:
        feed, now = self._feed, self._clock.now().timestamp()
        blind = feed.known and now - feed.picture.observed_at > self._pace.blind
        if movers is not None:
            if blind:
                feed.restart()
            feed.picture.observed_at = now
        statuses = {**(runs or {}), **feed.statuses()}
        changed = feed.picture.observe(movers, statuses, operations)
        if changed or not feed.ready:
            feed.changed(changed)
        else:
            feed.follow_runs()
        self._publish(changed=bool(changed or (movers and blind)))

    def _publish(self, *, changed: bool) -> None:
        now = self._clock.monotonic()
        if not changed and now - self._published_at < self._pace.announce:
            return
        if not changed:
            self._feed.picture.sequence += 1
        self._published_at = now
        self._share.publish(shot_of(self._feed.picture))

    async def _changed_operations(self) -> dict[str, tuple[str | None, float]]:
        """Those that have changed since the last time. Nothing while the store does not answer."""
        try:
            found = await self._looks.operations()
        except Upstream as error:  # whose outage the store logs
            log.debug("operations are looked for later: %s", error)
            return {}
        known = self._operations or {}
        new = {key: at for key, at in found.items() if known.get(key) != at}
        if new and self._operations is not None:
            self._nudged.set()
        self._operations = found
        return new

    async def _list_movers(self) -> list[Mover]:
        now = self._clock.monotonic()
        if now - self._tags_at >= self._pace.tags:
            self._tags, self._tags_at = None, now
        if self._feed.ready:  # the first look answers the request of a user
            for _ in range(1 + len(self._movers) // _PAGE):
                await self._wait_for_turn()
        async with asyncio.timeout(self._pace.call):
            self._movers, self._tags = await self._looks.movers(self._tags)
        return self._movers

    async def _list_runs(self, movers: list[Mover]) -> dict[str, str]:
        """Of the movers that run, and have not for long, or whose runs were listed a while ago."""
        now = self._clock.monotonic()
        running = {each.task_arn for each in movers if each.status in WITH_ACTIVE_RUN}
        self._listed = {arn: at for arn, at in self._listed.items() if arn in running}
        due = sorted(
            arn for arn in running if now - self._listed.get(arn, float("-inf")) >= self._pace.tags
        )
        if not due:
            return {}
        if self._feed.ready:
            await self._wait_for_turn()
        async with asyncio.timeout(self._pace.call):
            found = await self._looks.runs(due)
        seen = {run_arn.partition("/execution/")[0] for run_arn in found}
        self._listed |= dict.fromkeys(seen.intersection(due), now)
        return found


def _as_upstream(error: Exception) -> ApiError:
    return error if isinstance(error, ApiError) else Upstream("AWS does not respond. Try again.")
