"""The watch of one run: polls it for all of its followers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from graph.concurrency import Inbox, Work
from graph.model.clock import Clock
from graph.model.errors import ApiError, Throttled, Upstream
from graph.model.run import Run
from graph.observability.metrics import WATCH_POLLS
from graph.runs.watch.meter import Meter, lacks_total
from graph.runs.watch.sharing import Share, Watcher
from graph.runs.watch.update import Update

log = logging.getLogger(__name__)

History = Callable[[str], Awaitable[float | None]]
"""By the ARN of a task the seconds that its runs usually take; None if that is not known."""
HISTORY_CALLS: Final = 4
"""To AWS, at most: a list and three runs."""


class Watch:
    """Polls, or receives what another process polls, for those who follow the run here.

    Until the run has ended, nobody follows it here any more, or AWS has failed for long.
    """

    def __init__(  # noqa: PLR0913 - its ports
        self,
        run_arn: str,
        describe: Callable[[str], Awaitable[Run]],
        wait_for_turn: Callable[[], Awaitable[None]],
        meter: Meter,
        *,
        clock: Clock,
        join: Callable[[Watcher[Update]], Share[Update]],
        history: History | None = None,
    ) -> None:
        """``join``: makes the watch a part of what the deployment shares.

        ``history``: how long runs of the mover usually take; asked at most once.
        """
        self.run_arn, self._describe, self._wait_for_turn = run_arn, describe, wait_for_turn
        self._meter, self._policy, self._clock = meter, meter.policy, clock
        self._mailboxes: dict[Inbox[Update], Work] = {}
        self.work = Work()
        """Polling, for all that follow at the time. It is not charged to any request."""
        self._left_at = clock.monotonic()
        self._cancelling = False
        self.latest: Update | None = None
        self.closed = False
        self._share, self._history = join(self), history

    def join(self, mailbox: Inbox[Update], work: Work) -> None:
        """The mailbox gets the latest state, if there is one, and each further one.

        ``work``: what follows. The watch takes turns as its callers.
        """
        if self.latest is not None:
            mailbox.put(self.latest)
        self._mailboxes[mailbox] = work
        self.work.join(work)

    def repeat(self) -> None:
        """Sends the latest state again, to followers that check something for each state."""
        if self.latest is not None:
            for mailbox in self._mailboxes:
                mailbox.put(self.latest)

    def leave(self, mailbox: Inbox[Update]) -> None:
        work = self._mailboxes.pop(mailbox)
        if work not in self._mailboxes.values():
            self.work.leave(work)
        self._left_at = self._clock.monotonic()

    def receive(self, update: Update) -> None:
        """A state that another process has observed."""
        self._continue(update)
        self._send(update)

    def resume(self, update: Update | None, gap: int) -> None:
        """From now on this process polls. See ``Watcher``."""
        if update is not None:
            self._continue(update)
        self._meter.skip(gap)

    def isolate(self, gap: int) -> None:
        """The same where the processes cannot tell which one polls."""
        self._meter.skip(gap)

    def nudge(self) -> None:
        """Runs are polled often enough."""

    def unshare(self) -> None:
        """To be called when the watch has ended."""
        self._share.leave()

    async def run(self) -> None:
        """Returns when the watch has ended. Never raises."""
        try:
            await self._run()
        except Exception:  # a boundary: the followers have to learn that the watch has ended
            log.exception("the watch of %s failed", self.run_arn)
            self.fail(Upstream("Following the run failed. Follow it again."))
        finally:
            self.closed = True

    async def _run(self) -> None:
        wait, failing_since = self._policy.moving, None
        while self._wanted():
            if not self._share.polls:
                await self._share.changed()
                continue
            if self.latest is not None:  # the first poll answers the request of a user
                await self._wait_for_turn()
            try:
                async with asyncio.timeout(self._policy.call):
                    run = await self._describe(self.run_arn)
            except (Throttled, Upstream, TimeoutError) as error:
                WATCH_POLLS.labels("failed").inc()
                now = self._clock.monotonic()
                # Throttling is a response, and alone not a failure.
                failing_since = None if isinstance(error, Throttled) else failing_since or now
                if self._gave_up(failing_since):
                    self.fail(_as_upstream(error))
                    return
                self._note_failure()
                wait = self._policy.after_failure(wait)
            except ApiError as error:
                WATCH_POLLS.labels("refused").inc()
                self.fail(error)
                return
            else:
                WATCH_POLLS.labels("ok").inc()
                failing_since = None
                changed = self._note(run)
                await self._learn(run)
                if not self._wanted():
                    return
                wait = self._policy.after(run, wait, changed=changed)
            await self._clock.sleep(wait)

    def _note(self, run: Run) -> bool:
        """Sends the run to all followers if it has changed; returns whether it has.

        Not if another process polls it by now, whose numbers would be the same.
        """
        if not self._share.polls:
            return False
        self._cancelling |= run.status == "CANCELLING"
        if self._cancelling and run.ended:
            run = replace(run, cancelled=True)
        progress = self._meter.observe(run, self._clock.monotonic(), self._clock.now())
        return self._publish(Update(run, progress))

    async def _learn(self, run: Run) -> None:
        """Asks how long runs of the mover take, if that is of use and this process polls."""
        history = None if self._meter.usual is not None else self._history
        if history is None or self.latest is None or not self._share.polls:
            return
        if not lacks_total(run, self.latest.progress):
            return
        self._history = None
        for _ in range(HISTORY_CALLS):
            await self._wait_for_turn()
        try:
            async with asyncio.timeout(self._policy.call):
                self._meter.learn(await history(run.task_arn))
        except (ApiError, TimeoutError) as error:
            log.info("earlier runs of %s cannot be read: %s", run.task_arn, error)
        self._note(run)

    def _note_failure(self) -> None:
        """After a poll that failed, the followers may have to learn that the run has stalled."""
        if self.latest is not None:
            progress = self._meter.without_answer(self.latest.progress, self._clock.monotonic())
            self._publish(Update(self.latest.run, progress))

    def _continue(self, update: Update) -> None:
        """Later states of this process follow that one."""
        self._cancelling |= update.run.status == "CANCELLING"
        self._meter.resume(update.run, update.progress, self._clock.monotonic(), self._clock.now())

    def _publish(self, update: Update) -> bool:
        changed = self._send(update)
        if changed:
            self._share.publish(update)
        return changed

    def _send(self, update: Update) -> bool:
        before, self.latest = self.latest, update
        changed = before is None or update.progress.sequence != before.progress.sequence
        if changed:
            for mailbox in self._mailboxes:
                mailbox.put(update)
        return changed

    def _wanted(self) -> bool:
        if self.latest is not None and self.latest.run.ended:
            return False
        idle = self._clock.monotonic() - self._left_at
        return bool(self._mailboxes) or idle < self._policy.linger

    def _gave_up(self, failing_since: float | None) -> bool:
        """A first poll that fails ends the watch, as there is no state to show meanwhile."""
        if self.latest is None:
            return True
        if failing_since is None:
            return False
        return self._clock.monotonic() - failing_since >= self._policy.patience

    def fail(self, error: ApiError) -> None:
        """Ends the streams of all followers with an error, after the latest state."""
        log.info("the watch of %s ended: %s", self.run_arn, error)
        for mailbox in self._mailboxes:
            mailbox.close(error)


def _as_upstream(error: Exception) -> ApiError:
    return error if isinstance(error, ApiError) else Upstream("AWS does not respond. Try again.")
