"""The run service: starts, stops, reads and follows runs. It does not check rights."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol, Self

from graph.aws import executions
from graph.aws.client.gateway import Gateway
from graph.aws.latest_executions import AccountRuns, account_runs, runs_newest_first
from graph.concurrency import Bookkeeping, TaskOwner
from graph.model.clock import Clock, SystemClock
from graph.model.mover import Account
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.model.run import BandwidthChange, Run, RunRef
from graph.runs.active import run_to_stop
from graph.runs.bandwidth import set_bandwidth
from graph.runs.cancel import Canceller, not_running
from graph.runs.reading import read_runs
from graph.runs.start import Starter
from graph.runs.usual import usual_seconds
from graph.runs.watch import PollPolicy, Sharing, Update, Watches
from graph.store import IdempotencyKey, RunNote, RunRecords


class RunsOnce(Protocol):
    """Does work once per idempotency key, whichever replica is asked."""

    async def run_once(
        self,
        key: IdempotencyKey,
        *,
        work: Callable[[str], Awaitable[str]],
        find: Callable[[str], Awaitable[str | None]],
    ) -> str:
        """The result of ``work``, or of an earlier call, which ``find`` finds by the key's mark."""
        ...


class RunService:
    """One per process. Changes in progress are completed even if their client disconnects."""

    def __init__(  # noqa: PLR0913 - its ports
        self,
        gateway: Gateway,
        records: RunRecords,
        idempotency: RunsOnce,
        *,
        policy: PollPolicy | None = None,
        clock: Clock | None = None,
        sharing: Sharing | None = None,
        drain: float = 10.0,
        settle: float = 30.0,
    ) -> None:
        """``drain``: how many seconds closing waits for changes in progress.

        ``sharing``: shares watches with other processes; None if there are none.

        ``settle``: for how many seconds a start that AWS did not answer may still take effect.
        """
        clock = clock or SystemClock()
        self._gateway, self._records, self._idempotency = gateway, records, idempotency
        self._clock = clock
        self._changes, self._drain = TaskOwner(), drain
        self._bookkeeping = Bookkeeping(clock)
        self._starter = Starter(gateway, records, self._bookkeeping, clock, settle)
        self._canceller = Canceller(gateway, records, self._bookkeeping, clock)
        self.watches = Watches(
            self._observe, policy, clock, sharing=sharing, history=partial(usual_seconds, gateway)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Ends the streams first, then waits for changes in progress."""
        await self.watches.__aexit__(*exc)
        await self._changes.aclose(self._drain)
        await self._starter.aclose()
        await self._bookkeeping.aclose()

    async def start(
        self,
        task_arn: str,
        by: str,
        key: IdempotencyKey | None = None,
        overrides: RunOverrides = NO_OVERRIDES,
    ) -> str:
        """Starts a run and returns its ARN; for a key that was used before, that of its run.

        Raises AlreadyRunning, Conflict if the task is in another state than AVAILABLE or the key
        was used for something else, QuotaExceeded, Invalid for overrides, and the errors of AWS.
        """
        if key is None:
            return await self._changes.run(self._starter.start(task_arn, by, None, overrides))
        return await self._changes.run(
            self._idempotency.run_once(
                key,
                work=lambda mark: self._starter.start(task_arn, by, mark, overrides),
                find=lambda mark: self._starter.find(task_arn, by, mark),
            )
        )

    async def stop(self, task_arn: str, by: str) -> str:
        """Cancels the active run, or else the oldest queued one, and returns its ARN.

        Raises NotRunning if no run is active or the only one is being cancelled already, and the
        errors of AWS.
        """
        return await self._changes.run(self._stop(task_arn, by))

    async def _stop(self, task_arn: str, by: str) -> str:
        run = run_to_stop(await self.list_runs(task_arn))
        if run is None:
            raise not_running()
        if run.status == "CANCELLING":
            raise await self._canceller.already_cancelling(run.run_arn)
        await self._canceller.cancel(run.run_arn, by, uuid.uuid4().hex)
        return run.run_arn

    async def set_bandwidth(self, run: Run, bytes_per_second: int) -> BandwidthChange:
        """Limits an active or queued run, as described a moment ago; -1 for no limit.

        Raises NotRunning for any other, Invalid for what AWS refuses, and the errors of AWS.
        """
        return await self._changes.run(
            set_bandwidth(self._gateway, self._clock, run, bytes_per_second)
        )

    async def list_runs(self, task_arn: str) -> list[RunRef]:
        """The runs of a task of the last 30 days, the newest first. One call per 100 runs."""
        return await runs_newest_first(self._gateway, task_arn)

    async def list_runs_as_aws_does(self, task_arn: str) -> list[RunRef]:
        """The same in the order of AWS's list."""
        return await executions.list_runs(self._gateway, task_arn)

    async def read(self, run_arns: Sequence[str]) -> list[Run | BaseException]:
        """Each run, or why it could not be read. One call per run that has not ended."""
        return await read_runs(self._gateway, self._records, run_arns)

    async def of_account(self, account: Account) -> AccountRuns | None:
        """The runs of all tasks of an account in one region; None if they are too many for a list.

        One call per 100 runs.
        """
        return await account_runs(self._gateway.bind(*account.place))

    async def notes(self, run_arns: Collection[str]) -> dict[str, RunNote]:
        """What this deployment knows of those runs, by ARN. Reads the store only."""
        return await self._records.notes(run_arns)

    async def follow(self, run_arn: str, after: int | None = None) -> AsyncGenerator[Update, None]:
        """The run's current state, then each change; ends when the run has ended."""
        async with aclosing(self.watches.follow(run_arn, after)) as updates:
            async for update in updates:
                yield update

    async def follow_all(self, run_arns: Collection[str]) -> AsyncGenerator[Update, None]:
        """The same for several runs; ends when all have ended. At least one is needed."""
        async with aclosing(self.watches.follow_all(run_arns)) as updates:
            async for update in updates:
                yield update

    def repeat(self, run_arn: str) -> None:
        """The followers of this process receive the run's latest state again."""
        self.watches.repeat(run_arn)

    def observed(self, run_arn: str) -> Update | None:
        """The last state of a run that is followed in this process, with its rates; else None."""
        return self.watches.latest(run_arn)

    async def _observe(self, run_arn: str) -> Run:
        (run,) = await self.read([run_arn])
        if isinstance(run, BaseException):
            raise run
        return run
