"""The activity of one account in this process: its picture, and those who follow it here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from contextvars import Context
from functools import partial
from typing import Final, NamedTuple

from graph.activity.encoding import Shot, picture_of
from graph.activity.picture import MOST, Kind, Picture, Subject
from graph.concurrency import SERVER, Work, begin_work
from graph.model.clock import Clock
from graph.model.errors import ApiError, NotFound
from graph.model.mover import Account, Mover
from graph.model.run import ENDED
from graph.runs.watch import Update, Watches

log = logging.getLogger(__name__)

_RUNS: Final = 200
"""Runs whose progress is followed at the same time; of further ones the beginning and end are."""
_PAUSE: Final = 1.0
"""Seconds between two events of one run."""

_UPDATES: Final = MOST // 2
"""Fewer than a picture keeps, so that it has those that are here."""

Sees = Callable[[str | None], bool]


NoteGroup = Callable[[str, str | None], None]
"""Is told the group of each mover that has changed, by the ARN of its task."""


class Change(NamedTuple):
    """A subject that has changed, and after which changes a client resumes that has seen it."""

    subject: Subject | None
    """None: anything may have changed."""
    cursor: str
    mover: Mover | None = None
    update: Update | None = None
    """Of a run that is followed here."""


class Feed:
    """Tells followers which parts of the picture have changed, and follows the active runs.

    ``Watcher``: receives the picture of the process that polls.
    """

    def __init__(
        self,
        account: Account,
        watches: Watches,
        clock: Clock,
        kept: Picture | None,
        note_group: NoteGroup,
    ) -> None:
        """``kept``: what was known when the account was followed before."""
        self._note_group = note_group
        self.account, self._watches, self._clock = account, watches, clock
        self.picture, self.known = kept or Picture(), kept is not None
        """``known``: whether the picture shows anything."""
        self.breaks = 0
        """How often something may have happened that is not known."""
        self.updates: dict[str, Update] = {}
        """The newest state of each run that is followed."""
        self._lost: set[str] = set()
        """Runs that AWS does not know any more."""
        self.error: ApiError | None = None
        self._places: dict[Subject, int] = {}
        self._place = self._forgotten = 0
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._context = Context()
        self._context.run(begin_work, Work((*SERVER, "runs")))
        self._followers: set[asyncio.Event] = set()
        self.left_at = clock.monotonic()
        self.ready = False
        """Whether the picture is current: it was observed, or received, since the feed began."""

    @property
    def followed(self) -> bool:
        return bool(self._followers)

    # For the poller and the sharing ------------------------------------------------------------

    def changed(self, subjects: list[Subject]) -> None:
        """Tells the followers. Of runs that are followed here, they are told by that."""
        self.ready = self.known = True
        self.follow_runs()
        for subject in subjects:
            mover = self.picture.mover(subject.key) if subject.kind is Kind.MOVER else None
            if mover is not None:
                self._note_group(subject.key, mover.group)
            followed = subject.key in self._runs or subject.key in self.updates
            if subject.kind is not Kind.RUN or not followed:
                self._touch(subject)
        self._wake()

    def statuses(self) -> dict[str, str]:
        """Of runs, as they were seen here."""
        seen = {run_arn: update.run.status for run_arn, update in self.updates.items()}
        return seen | dict.fromkeys(self._lost, "ERROR")

    def restart(self) -> None:
        """What happened meanwhile is not known."""
        self.picture.restart()
        self.breaks += 1
        self._wake()

    def receive(self, state: Shot) -> None:
        before, self.picture = self.picture, picture_of(state, self.account)
        if not self.known or before.epoch != self.picture.epoch:
            self.breaks += self.known
            self.changed([])
            return
        after = self.picture.parts
        said = {subject.key for subject in after if subject.kind in (Kind.MOVER, Kind.GONE)}
        self.breaks += any(each.task_arn not in said for each in before.movers())
        self.changed(
            [
                subject
                for subject, part in after.items()
                if part.version > before.sequence or _differs(before, self.picture, subject)
            ]
        )

    def resume(self, state: Shot | None, gap: int) -> None:
        if state is not None:
            self.picture, self.known = picture_of(state, self.account), True
        self.picture.skip(gap)

    def isolate(self, gap: int) -> None:
        """The store does not answer: numbers of this process mean nothing to others."""
        self.picture.skip(gap)
        self.picture.restart()

    def fail(self, error: ApiError) -> None:
        """Ends the streams of all who follow."""
        log.info("the activity of account %s is not followed: %s", self.account.account_id, error)
        self.error = error
        self._wake()

    async def aclose(self) -> None:
        for task in self._runs.values():
            task.cancel()
        await asyncio.gather(*self._runs.values(), return_exceptions=True)

    # Runs --------------------------------------------------------------------------------------

    def follow_runs(self, *further: str) -> None:
        """Follows the runs that are active and not followed yet: the newest, and ``further``."""
        active = self.picture.active_runs(ENDED)[-_RUNS:]
        for run_arn in (*further, *active):
            known = self.updates.get(run_arn)
            if run_arn not in self._runs and not (known and known.run.ended):
                # Owned by this object: ``aclose`` cancels and awaits it.
                task = asyncio.create_task(self._follow_run(run_arn), context=self._context)
                self._runs[run_arn] = task
                task.add_done_callback(partial(self._left, run_arn))

    def _left(self, run_arn: str, task: asyncio.Task[None]) -> None:
        if self._runs.get(run_arn) is task:
            del self._runs[run_arn]

    async def _follow_run(self, run_arn: str) -> None:
        try:
            async with aclosing(self._watches.follow(run_arn)) as updates:
                async for update in updates:
                    if update is self.updates.get(run_arn):  # repeated, for others
                        continue
                    self._note(run_arn, update)
                    if not update.run.ended:
                        await self._clock.sleep(_PAUSE)
        except NotFound:
            if len(self._lost) < _UPDATES:
                self._lost.add(run_arn)  # its task was deleted
        except ApiError as error:  # the next round of the poller tries again
            log.info("run %s is not followed: %s", run_arn, error)

    def _note(self, run_arn: str, update: Update) -> None:
        self.updates.pop(run_arn, None)
        self.updates[run_arn] = update
        if len(self.updates) > _UPDATES:
            del self.updates[next(iter(self.updates))]
        self._touch(Subject(Kind.RUN, run_arn))
        self._wake()

    # Followers ---------------------------------------------------------------------------------

    def _touch(self, subject: Subject) -> None:
        self._place += 1
        self._places.pop(subject, None)
        self._places[subject] = self._place
        if len(self._places) > MOST:
            self._forgotten = self._places.pop(next(iter(self._places)))

    def _touched(self, since: int) -> list[Subject] | None:
        """In order; None if they are too many."""
        if since < self._forgotten:
            return None
        found = []
        for subject in reversed(self._places):
            if self._places[subject] <= since:
                break
            found.append(subject)
        return found[::-1]

    def _wake(self) -> None:
        for event in self._followers:
            event.set()

    async def follow(self, sees: Sees, after: str | None) -> AsyncGenerator[Change, None]:
        """First a change of everything, at ``after`` if that is known; then each visible one.

        A follower that is slow gets the newest state of each part. Raises the error that ends it.
        """
        event = asyncio.Event()
        self._followers.add(event)
        try:
            await self._until_ready(event)
            number = None if after is None else self.picture.number(after)
            cursor = self.picture.cursor if number is None else self.picture.cursor_of(number)
            place, breaks = self._place, self.breaks
            yield Change(None, cursor)
            if number is not None:
                missed = dict.fromkeys([*self.picture.since(number), *self._active()])
                for change in self._visible(missed, sees, cursor):
                    cursor = change.cursor
                    yield change
            while True:
                if self.error is not None:
                    raise self.error
                await event.wait()
                event.clear()
                new, place = self._touched(place), self._place
                if breaks != self.breaks or new is None:
                    breaks, cursor = self.breaks, self.picture.cursor
                    yield Change(None, cursor)
                    continue
                for change in self._visible(new, sees, cursor):
                    cursor = change.cursor
                    yield change
        finally:
            self._followers.discard(event)
            self.left_at = self._clock.monotonic()

    async def _until_ready(self, event: asyncio.Event) -> None:
        while self.error is None and not self.ready:
            await event.wait()
            event.clear()
        if self.error is not None:
            raise self.error

    def _active(self) -> list[Subject]:
        return [
            Subject(Kind.RUN, arn) for arn in self.picture.active_runs(ENDED) if arn in self.updates
        ]

    def _visible(self, subjects: Iterable[Subject], sees: Sees, cursor: str) -> list[Change]:
        """Only the last change has the new cursor: who gets but some of them, gets all again."""
        picture = self.picture
        seen = [each for each in subjects if picture.is_visible(each, sees)]
        cursors = [cursor] * (len(seen) - 1) + [picture.cursor]
        return [
            Change(subject, at, picture.mover(subject.key), self.updates.get(subject.key))
            for subject, at in zip(seen, cursors, strict=False)  # none are seen, at times
        ]


def _differs(before: Picture, after: Picture, subject: Subject) -> bool:
    old = before.parts.get(subject)
    return old is None or old._replace(version=0) != after.parts[subject]._replace(version=0)
