"""Starts movers. Of several concurrent attempts, on any replica, one succeeds."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from graph.aws.client.effects import may_take_effect
from graph.aws.client.gateway import Gateway, NotSent
from graph.aws.executions import describe_run, marked_run, start_run
from graph.aws.option_checks import check_between
from graph.aws.tasks import describe_task
from graph.concurrency import Bookkeeping, InProgress, NoRoom, TaskOwner
from graph.model.clock import Clock
from graph.model.errors import (
    AccessDenied,
    AlreadyRunning,
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    QuotaExceeded,
    Throttled,
    Upstream,
    UpstreamTimeout,
)
from graph.model.mover import KEY_TAG, WITH_ACTIVE_RUN, Tag, Task
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.runs.files import check_files, check_place_of, roles_for, until_usable
from graph.runs.overrides import OPTIONS, check_for_task
from graph.store import CLAIM_SECONDS, RunRecords, StartClaim

log = logging.getLogger(__name__)

_ATTEMPT_SECONDS: Final = CLAIM_SECONDS - 10.0
"""An attempt ends before its claim can be taken over."""
_WAIT_SECONDS: Final = 25.0
"""How long an attempt waits for another one. A known client gives up after 30 s."""
_FIRST_POLL: Final = 0.05
_LONGEST_POLL: Final = 0.5
_LOOK_SECONDS: Final = 2.0
"""The longest pause between two looks for the run of a call that was not answered."""
_LOOKS: Final = 1_000
"""Starts whose runs are looked for at a time, of which a caller may have as many as are free."""
_NO_EFFECT: Final = (AccessDenied, Forbidden, Throttled, NotFound, NotSent)
"""Errors of StartTaskExecution that do not depend on the task, after which no run has begun."""


@dataclass(slots=True)
class _Attempt:
    """One attempt to start a mover."""

    task_arn: str
    by: str
    id: str
    mark: Tag
    overrides: RunOverrides
    unanswered: bool = False
    """Its call may have been sent and has no answer, so that it may still take effect."""


class Starter:
    """Holds a claim while it looks at the task and starts it.

    The claim belongs to the attempt and ends with it, or, if its call may still take effect, once
    that has become impossible. The next holder of the claim describes the task afterwards, and
    therefore sees the run that was started before.
    """

    def __init__(
        self,
        gateway: Gateway,
        records: RunRecords,
        bookkeeping: Bookkeeping,
        clock: Clock,
        settle: float,
    ) -> None:
        """``settle``: seconds in which a call that was not answered may still take effect."""
        self._gateway, self._records = gateway, records
        self._bookkeeping, self._clock, self._settle = bookkeeping, clock, settle
        self._looks, self._may_look = TaskOwner(), InProgress(_LOOKS)

    async def aclose(self) -> None:
        """Gives up looking for runs. The claims of those starts end by themselves."""
        await self._looks.aclose(0)

    async def start(
        self,
        task_arn: str,
        by: str,
        mark: str | None = None,
        overrides: RunOverrides = NO_OVERRIDES,
    ) -> str:
        """Starts a run and returns its ARN.

        ``mark`` is a tag value by which the run is found again if AWS's answer is lost. Raises
        AlreadyRunning or Conflict unless the task is AVAILABLE, QuotaExceeded, Invalid for
        overrides, and other errors of AWS.
        """
        attempt_id = uuid.uuid4().hex
        attempt = _Attempt(task_arn, by, attempt_id, Tag(KEY_TAG, mark or attempt_id), overrides)
        run_arn: str | None = None
        try:
            claim = await self._claim(task_arn, attempt.id)
            async with asyncio.timeout(_ATTEMPT_SECONDS):
                run_arn = await self._started(attempt, claim)
        except TimeoutError:
            raise UpstreamTimeout(
                "AWS did not start the mover in time. Check whether it runs before you try again."
            ) from None
        finally:
            if run_arn is None and attempt.unanswered:
                await self._hold(attempt)
            else:
                await self._end(attempt, run_arn)
        return run_arn

    async def find(self, task_arn: str, by: str, mark: str) -> str | None:
        """The run that an earlier attempt has started under the mark, if any."""
        run_arn = await marked_run(self._gateway, task_arn, Tag(KEY_TAG, mark))
        if run_arn is not None:
            await self._bookkeeping.settle(
                f"the start of {run_arn} by {by}",
                lambda: self._records.note_started(run_arn, by),
            )
        return run_arn

    async def _end(self, attempt: _Attempt, run_arn: str | None) -> None:
        await self._bookkeeping.settle(
            f"the start of {run_arn or attempt.task_arn} by {attempt.by}",
            lambda: self._records.end_start(attempt.task_arn, attempt.id, run_arn, attempt.by),
        )

    async def _hold(self, attempt: _Attempt) -> None:
        """Keeps the claim while the call may take effect, and looks for its run meanwhile."""
        await self._bookkeeping.settle(
            f"the unanswered start of {attempt.task_arn} by {attempt.by}",
            lambda: self._records.hold_start(attempt.task_arn, attempt.id, self._settle),
        )
        with suppress(NoRoom):
            leave = self._may_look.enter_current()
            self._looks.spawn(self._settled(attempt)).add_done_callback(lambda _: leave())

    async def _settled(self, attempt: _Attempt) -> None:
        until, run_arn = self._clock.monotonic() + self._settle, None
        while run_arn is None and self._clock.monotonic() < until:
            await self._clock.sleep(min(_LOOK_SECONDS, self._settle / 3))
            try:
                run_arn = await marked_run(self._gateway, attempt.task_arn, attempt.mark)
            except ApiError as error:
                log.warning("cannot look for a run of %s: %s", attempt.task_arn, error.message)
        await self._end(attempt, run_arn)

    async def _claim(self, task_arn: str, attempt: str) -> StartClaim:
        """Waits for the attempt that holds the claim, if any, to end."""
        until = self._clock.monotonic() + _WAIT_SECONDS
        while True:
            claim = await self._records.claim_start(task_arn, attempt)
            if claim.mine:
                return claim
            await self._wait_for(claim, task_arn, until)
            refuse_unless_available(await describe_task(self._gateway, task_arn, fresh=True))

    async def _wait_for(self, claim: StartClaim, task_arn: str, until: float) -> None:
        wait = _FIRST_POLL
        while await self._records.is_claimed(task_arn, claim.attempt):
            if self._clock.monotonic() > until:
                raise Conflict("Another start of this mover is still in progress. Try again later.")
            await self._clock.sleep(wait)
            wait = min(_LONGEST_POLL, 2 * wait)

    async def _started(self, attempt: _Attempt, claim: StartClaim) -> str:
        task_arn, mark = attempt.task_arn, attempt.mark
        # AWS would queue a second run behind an active one.
        task = await describe_task(self._gateway, task_arn, fresh=True)
        refuse_unless_available(task)
        await self._check(attempt.overrides, task)
        await self._refuse_if_active(claim.previous_run)
        overrides, clock = attempt.overrides, self._clock
        roles = await roles_for(self._gateway.of(task_arn), clock, task, overrides)
        send = partial(start_run, self._gateway, task_arn, mark, overrides, roles)
        attempt.unanswered = True  # also if it is cancelled, as by a shutdown
        try:
            return await (until_usable(clock, send) if roles else send())
        except ApiError as error:
            attempt.unanswered = may_take_effect(error)
            if isinstance(error, _NO_EFFECT):
                raise
            if isinstance(error, Upstream):
                return await self._found_or_raise(task_arn, mark, error)
            raise await self._refusal(attempt, error) from None
        except Exception as error:  # noqa: BLE001 - raised again unless the run is there
            return await self._found_or_raise(task_arn, mark, error)

    async def _check(self, overrides: RunOverrides, task: Task) -> None:
        """Raises Invalid or Conflict for overrides that the mover does not allow."""
        check_for_task(overrides, task)
        check_files(overrides, self._gateway.of(task.task_arn))
        await check_between(self._gateway, overrides.options, task, OPTIONS)
        await check_place_of(self._gateway, overrides, task)

    async def _refuse_if_active(self, previous_run: str | None) -> None:
        """AWS may list a task as AVAILABLE for a moment after its run has been started."""
        if previous_run is None:
            return
        try:
            run = await describe_run(self._gateway, previous_run)
        except NotFound:
            return
        if not run.ended:
            raise already_running()

    async def _found_or_raise(self, task_arn: str, mark: Tag, error: Exception) -> str:
        """Looks for the run of a call whose response was lost but that may have taken effect."""
        try:
            found = await marked_run(self._gateway, task_arn, mark)
        except ApiError:
            raise error from None
        if found is None:
            raise error
        return found

    async def _refusal(self, attempt: _Attempt, error: ApiError) -> ApiError:
        """The error for the caller if AWS refuses to start a task.

        The reason is the state of the task, a quota or, where there are some, the overrides.
        """
        try:
            task = await describe_task(self._gateway, attempt.task_arn, fresh=True)
            refuse_unless_available(task)
        except Conflict as state:
            return state
        except ApiError:
            pass
        if isinstance(error, QuotaExceeded):
            return error
        if isinstance(error, Invalid) and attempt.overrides.fingerprint:
            return Invalid(error.message, path=("overrides",), refused=error.refused)
        return Conflict(error.message, refused=error.refused)


def already_running() -> AlreadyRunning:
    """The error with the original server's message."""
    return AlreadyRunning("another datasync mover task is already running")


def refuse_unless_available(task: Task) -> None:
    """Raises AlreadyRunning if a run is active or queued, Conflict in any other state."""
    if task.status == "AVAILABLE":
        return
    if task.status in WITH_ACTIVE_RUN:
        raise already_running()
    reasons = ": ".join(filter(None, (task.error_code, task.error_detail)))
    shown = f"{task.status or 'of unknown status'}{f' ({reasons})' if reasons else ''}"
    raise Conflict(f"The mover cannot be started: its task is {shown}. {_advice(task.status)}")


def _advice(status: str) -> str:
    known = {
        "CREATING": "Wait until it is AVAILABLE.",
        "UNAVAILABLE": "It can be started once AWS reports it as AVAILABLE.",
    }
    return known.get(status, "Only an AVAILABLE task can be started.")
