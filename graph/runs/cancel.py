"""Cancels runs and records who did, such that later or failed attempts cannot change that."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from graph.aws.client.gateway import Gateway, NotSent
from graph.aws.executions import cancel_run, describe_run
from graph.concurrency import Bookkeeping
from graph.model.clock import Clock
from graph.model.errors import ApiError, Conflict, Invalid, NotFound, NotRunning, Upstream
from graph.model.run import Run
from graph.store import RunRecords

_OBSERVED: Final = "observed"
"""The attempt recorded for a cancellation outside of this deployment."""
_CHECKED_AFTER: Final = 60.0
"""Seconds after which a cancellation whose response was lost has taken effect or never will."""


class Canceller:
    """Each attempt has a record of its own, so that none can change another's.

    A record is written before the call, because a follower may see the run end before AWS responds.
    The response confirms it. It is withdrawn only if the cancellation certainly had no effect.
    """

    def __init__(
        self, gateway: Gateway, records: RunRecords, bookkeeping: Bookkeeping, clock: Clock
    ) -> None:
        self._gateway, self._records = gateway, records
        self._bookkeeping, self._clock = bookkeeping, clock

    async def cancel(self, run_arn: str, by: str, attempt: str) -> None:
        """Cancels an active or queued run.

        With the same ``attempt`` it may be repeated. Raises NotRunning if the run has ended or
        another attempt cancels it, Upstream if AWS fails or refuses, and the errors of AWS.
        """
        asked_at = self._clock.now()
        first = await self._records.request_cancellation(run_arn, attempt, by)
        try:
            await cancel_run(self._gateway, run_arn)
        except Exception as error:  # noqa: BLE001 - settled, and raised again, below
            lost_since = None if first and _is_answer(error) else asked_at
            await self._after_failure(run_arn, attempt, error, lost_since)
        else:
            await self._bookkeeping.settle(
                f"the cancellation of {run_arn} by {by}",
                lambda: self._records.confirm_cancellation(run_arn, attempt),
            )

    async def already_cancelling(self, run_arn: str) -> NotRunning:
        """The error for a run that is already being cancelled, by this caller or another.

        If this deployment did not cancel it, records that it is cancelled, which AWS does not.
        """
        await self._bookkeeping.settle(
            f"the observed cancellation of {run_arn}", lambda: self._note_observed(run_arn)
        )
        return NotRunning("The run is already being cancelled.")

    async def _after_failure(
        self, run_arn: str, attempt: str, error: Exception, lost_since: datetime | None
    ) -> None:
        """Returns if this attempt cancelled the run despite the error; raises otherwise.

        ``lost_since``: when the call was sent, if its response was lost; it may have taken effect.
        """
        run = await self._look(run_arn)
        if isinstance(run, Run) and run.status == "CANCELLING":
            if lost_since is None:  # by another
                await self._withdraw(run_arn, attempt)
                raise await self.already_cancelling(run_arn)
            return
        if isinstance(run, Run) and lost_since is not None and _failed_since(run, lost_since):
            return
        if isinstance(run, NotFound) or (isinstance(run, Run) and run.ended):
            await self._withdraw(run_arn, attempt)
            raise not_running()
        if lost_since is None:
            await self._withdraw(run_arn, attempt)
            raise _refusal(error, run)
        self._bookkeeping.later(
            _CHECKED_AFTER,
            f"the outcome of an attempt to cancel {run_arn}",
            lambda: self._check(run_arn, attempt),
        )
        raise error

    async def _look(self, run_arn: str) -> Run | ApiError:
        try:
            return await describe_run(self._gateway, run_arn)
        except ApiError as error:
            return error

    async def _check(self, run_arn: str, attempt: str) -> None:
        run = await describe_run(self._gateway, run_arn)
        if not run.ended and run.status != "CANCELLING":
            await self._records.withdraw_cancellation(run_arn, attempt)

    async def _withdraw(self, run_arn: str, attempt: str) -> None:
        await self._bookkeeping.settle(
            f"the withdrawal of attempt {attempt} to cancel {run_arn}",
            lambda: self._records.withdraw_cancellation(run_arn, attempt),
        )

    async def _note_observed(self, run_arn: str) -> None:
        note = (await self._records.notes([run_arn])).get(run_arn)
        if note is None or not note.cancelled:
            await self._records.request_cancellation(run_arn, _OBSERVED, None)


def not_running() -> NotRunning:
    """The error with the original server's message."""
    return NotRunning("datasync mover task is not running")


def _is_answer(error: Exception) -> bool:
    """Whether the call certainly had no effect."""
    if isinstance(error, NotSent):
        return True
    return isinstance(error, ApiError) and not isinstance(error, Upstream)


def _failed_since(run: Run, since: datetime) -> bool:
    """Whether the run ended as ERROR since then, which is how AWS ends a cancelled run."""
    return run.status == "ERROR" and (run.ended_at is None or run.ended_at >= since)


def _refusal(error: Exception, run: Run | ApiError) -> Exception:
    """The error for the caller, who gave no input that could be wrong."""
    if isinstance(error, Invalid | NotFound | Conflict) and isinstance(run, Run):
        return Upstream(
            f"AWS refuses to cancel the run, which is {run.status}. Try again.",
            refused="datasync:CancelTaskExecution",
        )
    return error
