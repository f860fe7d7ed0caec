"""One run, looked at again and again for all who follow it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from graph.concurrency import Mailbox
from graph.model.clock import Clock
from graph.model.errors import ApiError, Throttled, Upstream
from graph.model.progress import Progress
from graph.model.run import Run
from graph.observability.metrics import WATCH_POLLS
from graph.runs.watch.meter import Meter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Update:
    """A run as it stood at one look."""

    run: Run
    progress: Progress


class Watch:
    """Polls until the run has ended, nobody listens any more, or AWS fails for good."""

    def __init__(
        self,
        run_arn: str,
        look: Callable[[str], Awaitable[Run]],
        turn: Callable[[str], Awaitable[None]],
        meter: Meter,
        clock: Clock,
    ) -> None:
        self.run_arn, self._look, self._turn = run_arn, look, turn
        self._meter, self._pace, self._clock = meter, meter.pace, clock
        self._mailboxes: set[Mailbox[Update]] = set()
        self._left_at = clock.monotonic()
        self._cancelling = False
        self.latest: Update | None = None
        self.closed = False

    def join(self) -> Mailbox[Update]:
        """A mailbox with the latest state, if there is one, that gets each further state."""
        mailbox: Mailbox[Update] = Mailbox()
        if self.latest is not None:
            mailbox.put(self.latest)
        self._mailboxes.add(mailbox)
        return mailbox

    def leave(self, mailbox: Mailbox[Update]) -> None:
        self._mailboxes.discard(mailbox)
        self._left_at = self._clock.monotonic()

    async def poll(self) -> None:
        """Runs as long as the watch lives."""
        try:
            await self._poll()
        except Exception:  # a border: whoever listens has to learn that nothing comes any more
            log.exception("the watch of %s broke", self.run_arn)
            self.fail(Upstream("the watch of this run broke; follow it again"))
        finally:
            self.closed = True

    async def _poll(self) -> None:
        wait, failing_since = self._pace.moving, None
        while self._wanted():
            await self._turn(self.run_arn)
            try:
                async with asyncio.timeout(self._pace.call):
                    run = await self._look(self.run_arn)
            except (Throttled, Upstream, TimeoutError) as error:
                WATCH_POLLS.labels("failed").inc()
                now = self._clock.monotonic()
                # An AWS that asks to slow down is there: that alone is no failure.
                failing_since = None if isinstance(error, Throttled) else failing_since or now
                if self._gave_up(failing_since):
                    self.fail(_as_upstream(error))
                    return
                self._unseen()
                wait = self._pace.after_failure(wait)
            except ApiError as error:
                WATCH_POLLS.labels("refused").inc()
                self.fail(error)
                return
            else:
                WATCH_POLLS.labels("ok").inc()
                failing_since = None
                changed = self._seen(run)
                if run.ended:
                    return
                wait = self._pace.after(run, wait, changed=changed)
            await self._clock.sleep(wait)

    def _seen(self, run: Run) -> bool:
        """Shows a look to all who listen, if it differs from the one before."""
        self._cancelling |= run.status == "CANCELLING"
        if self._cancelling and run.ended:
            run = replace(run, cancelled=True)
        progress = self._meter.look(run, self._clock.monotonic(), self._clock.now())
        return self._show(Update(run, progress))

    def _unseen(self) -> None:
        """A look that failed: who listens learns once that nothing has moved for long."""
        if self.latest is not None:
            progress = self._meter.unseen(self.latest.progress, self._clock.monotonic())
            self._show(Update(self.latest.run, progress))

    def _show(self, update: Update) -> bool:
        before, self.latest = self.latest, update
        changed = before is None or update.progress.sequence != before.progress.sequence
        if changed:
            for mailbox in self._mailboxes:
                mailbox.put(update)
        return changed

    def _wanted(self) -> bool:
        idle = self._clock.monotonic() - self._left_at
        return bool(self._mailboxes) or idle < self._pace.linger

    def _gave_up(self, failing_since: float | None) -> bool:
        """A first look has no state to show meanwhile, and fails at once."""
        if self.latest is None:
            return True
        if failing_since is None:
            return False
        return self._clock.monotonic() - failing_since >= self._pace.patience

    def fail(self, error: ApiError) -> None:
        """Tells all who listen that nothing comes any more."""
        log.info("the watch of %s ended: %s", self.run_arn, error)
        for mailbox in self._mailboxes:
            mailbox.close(error)


def _as_upstream(error: Exception) -> ApiError:
    return error if isinstance(error, ApiError) else Upstream("AWS does not answer; try again")
