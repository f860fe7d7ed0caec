"""The activity of all accounts that are followed at this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from graph.activity.encoding import VERSION, Shot, Shots
from graph.activity.feed import Change, Feed, NoteGroup, Sees
from graph.activity.looks import Looks
from graph.activity.picture import Picture
from graph.activity.poller import Pace, Poller
from graph.concurrency import SERVER, TaskOwner, Work, begin_work
from graph.model.clock import Clock, SystemClock
from graph.model.errors import QuotaExceeded, Upstream
from graph.model.mover import Account
from graph.observability.metrics import LIMITED
from graph.runs.watch import Sharing, Watches
from graph.runs.watch.sharing import Share, Unshared
from graph.store import place_of

log = logging.getLogger(__name__)

_ACCOUNTS: Final = 200
"""That are followed at the same time."""
_KEPT: Final = 20
"""Accounts without followers that are kept for clients that return soon."""


@dataclass(eq=False, slots=True)
class _Followed:
    feed: Feed
    poller: Poller
    share: Share[Shot]
    task: asyncio.Task[None]


class _Entry:
    """``Watcher`` of an account: what comes from other processes."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.poller: Poller | None = None
        self.receive, self.resume, self.isolate = feed.receive, feed.resume, feed.isolate

    def nudge(self) -> None:
        if self.poller is not None:
            self.poller.nudge()


class Activity:
    """Owns the pollers: one per account, while somebody follows it."""

    def __init__(  # noqa: PLR0913 - its ports
        self,
        looks: Callable[[Account], Looks],
        watches: Watches,
        partition: str = "aws",
        *,
        sharing: Sharing | None = None,
        pace: Pace | None = None,
        clock: Clock | None = None,
        note_group: NoteGroup | None = None,
    ) -> None:
        """``sharing``: with other processes; None if there are none."""
        self._note_group = note_group or (lambda _arn, _group: None)
        self._looks, self._watches, self._partition = looks, watches, partition
        self._sharing = sharing or Unshared()
        self._pace, self._clock = pace or Pace(), clock or SystemClock()
        self._followed: dict[Account, _Followed] = {}
        self._kept: dict[Account, tuple[float, Picture]] = {}
        """With the time until which a picture is of use."""
        self._ending: set[asyncio.Task[None]] = set()
        self._nudges = TaskOwner()
        self._closed = False

    def __len__(self) -> int:
        return len(self._followed)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Those who still follow get Upstream."""
        self._closed = True
        for followed in self._followed.values():
            followed.feed.fail(_closing())
            followed.task.cancel()
        await asyncio.gather(
            *(each.task for each in self._followed.values()), return_exceptions=True
        )
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._nudges.aclose(0)

    async def follow(
        self, account: Account, sees: Sees, after: str | None = None
    ) -> AsyncGenerator[Change, None]:
        """First a change of everything, then each change that is visible to who ``sees`` groups.

        ``after``: the cursor of an earlier change. Where what has followed it is known, the first
        change has the same cursor, and the others follow; otherwise it has another one.

        Raises QuotaExceeded if too many accounts are followed, the errors of AWS, and Upstream once
        AWS has failed for long or when the server stops.
        """
        if self._closed:
            raise _closing()
        followed = self._followed.get(account)
        if followed is None or followed.task.done():
            followed = self._begin(account)
        feed = followed.feed
        async with aclosing(feed.follow(sees, after)) as changes:
            async for change in changes:
                yield change

    def changed(self, account: Account, run_arn: str | None = None) -> None:
        """This process has changed something in an account, or started a run."""
        followed = self._followed.get(account)
        if followed is not None:
            followed.poller.nudge()
            if run_arn is not None and followed.feed.ready:
                followed.feed.follow_runs(run_arn)
        if not isinstance(self._sharing, Unshared) and not self._closed:
            self._nudges.spawn(self._nudge(account))

    async def _nudge(self, account: Account) -> None:
        try:
            await self._sharing.nudge(self._name(account))
        except Upstream as error:
            log.debug("a change is found later: %s", error)

    def _begin(self, account: Account) -> _Followed:
        if len(self._followed) >= _ACCOUNTS:
            LIMITED.labels("accounts").inc()
            raise QuotaExceeded(
                f"This server follows {_ACCOUNTS} accounts, which is the most. Try again later."
            )
        self._drop_old()
        _, kept = self._kept.pop(account, (0.0, None))
        feed = Feed(account, self._watches, self._clock, kept, self._note_group)
        entry, name = _Entry(feed), self._name(account)
        share = self._sharing.join(name, entry, Shots())
        take_turn = partial(self._watches.turns.take, place_of(name))
        looks = self._looks(account)
        poller = Poller(feed, looks, take_turn, share, pace=self._pace, clock=self._clock)
        entry.poller = poller
        # In a context of its own: polling is the server's own work, not that of the first follower.
        context = Context()
        context.run(begin_work, Work((*SERVER, "activity")))
        # Owned by this object: cancelled and awaited when it is closed.
        task = asyncio.create_task(poller.run(), context=context)
        followed = self._followed[account] = _Followed(feed, poller, share, task)
        task.add_done_callback(lambda _: self._ended(account, followed))
        return followed

    def _ended(self, account: Account, followed: _Followed) -> None:
        followed.share.leave()
        if self._followed.get(account) is followed:
            del self._followed[account]
        if followed.feed.known:
            until = self._clock.monotonic() + self._pace.blind
            self._kept[account] = (until, followed.feed.picture)
            self._drop_old()
        closing = asyncio.ensure_future(followed.feed.aclose())  # owned by this object
        self._ending.add(closing)
        closing.add_done_callback(self._ending.discard)

    def _drop_old(self) -> None:
        now = self._clock.monotonic()
        current = [(account, kept) for account, kept in self._kept.items() if kept[0] > now]
        self._kept = dict(current[-_KEPT:])

    def _name(self, account: Account) -> str:
        """Like an ARN, so that its account and region are found in it."""
        place = f"{self._partition}:datasync:{account.region}:{account.account_id}"
        return f"arn:{place}:activity/{VERSION}"


def _closing() -> Upstream:
    return Upstream("The server is stopping. Follow the activity again.")
