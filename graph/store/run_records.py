"""What AWS does not keep of runs: who started or cancelled them, and who is starting one now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from graph.store.database import Database
from graph.store.statements import insert
from graph.store.tables import NAME, NOTES, RUN_CANCELLATIONS, START_CLAIMS

CLAIM_SECONDS: Final = 60.0
"""Lease of a claim. Its holder gives up earlier, so an older claim belongs to a dead server."""
_RECENT: Final = 60.0
"""Seconds for which a started run is remembered with the claim, as AWS may still list the task as
AVAILABLE."""


@dataclass(frozen=True, slots=True)
class RunNote:
    """Who did what to a run through this deployment."""

    started_by: str | None = None
    cancelled: bool = False
    """Somebody asked for its cancellation, and AWS did not refuse."""
    cancelled_by: str | None = None
    """Whose cancellation took effect, or is the oldest of which that is not known."""


@dataclass(frozen=True, slots=True)
class StartClaim:
    """The outcome of claiming the start of a mover."""

    mine: bool
    attempt: str
    """The attempt that holds the claim."""
    previous_run: str | None = None
    """ARN of a run that was started under the claim less than a minute ago."""


class RunRecords:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database, now: Callable[[], float] | None = None) -> None:
        self._database, self._now = database, now or database.now

    async def notes(self, run_arns: Collection[str]) -> dict[str, RunNote]:
        """What is known of those runs, by ARN; without those of which nothing is known."""
        wanted = list(run_arns)

        def read(connection: sa.Connection) -> dict[str, RunNote]:
            notes = connection.execute(
                sa.select(NOTES).where(NOTES.c.run_arn.in_(wanted))
            ).mappings()
            cancellations = connection.execute(
                sa.select(RUN_CANCELLATIONS)
                .where(RUN_CANCELLATIONS.c.run_arn.in_(wanted))
                .order_by(*_EFFECTIVE_FIRST)
            ).mappings()
            return _joined(notes, cancellations)

        return await self._database.transact(read) if wanted else {}

    async def claim_start(self, task_arn: str, attempt: str) -> StartClaim:
        """Claims the start of a mover, unless a living attempt holds the claim."""

        def claim(connection: sa.Connection) -> StartClaim:
            now = self._now()
            row = connection.execute(_claim_of(task_arn)).mappings().first()
            if row is None:
                values = {"task_arn": task_arn, "attempt": attempt, "claimed_at": now}
                connection.execute(sa.insert(START_CLAIMS).values(values))
                return StartClaim(mine=True, attempt=attempt)
            if _is_held(row, now):
                return StartClaim(mine=False, attempt=row["attempt"])
            take = _held_by(task_arn, row["attempt"]).values(
                attempt=attempt, claimed_at=now, ended_at=None
            )
            mine = bool(connection.execute(take).rowcount)
            recent = row["started_at"] is not None and now - row["started_at"] < _RECENT
            previous = row["run_arn"] if recent else None
            return StartClaim(mine, attempt if mine else row["attempt"], previous)

        try:
            return await self._database.transact(claim)
        except sa.exc.IntegrityError:  # another was quicker; its claim can be seen now
            return await self._database.transact(claim)

    async def is_claimed(self, task_arn: str, attempt: str) -> bool:
        """Whether that attempt still holds the claim."""

        def read(connection: sa.Connection) -> bool:
            row = connection.execute(_claim_of(task_arn)).mappings().first()
            return row is not None and row["attempt"] == attempt and _is_held(row, self._now())

        return await self._database.transact(read)

    async def end_start(
        self, task_arn: str, attempt: str, run_arn: str | None, started_by: str
    ) -> None:
        """Ends a claim, and keeps who started the run if there is one. Can be repeated."""

        def end(connection: sa.Connection) -> None:
            now = self._now()
            started = {} if run_arn is None else {"run_arn": run_arn, "started_at": now}
            connection.execute(_held_by(task_arn, attempt).values(ended_at=now, **started))
            if run_arn is not None:
                _note_started(connection, run_arn, started_by, now)

        await self._database.transact(end)

    async def hold_start(self, task_arn: str, attempt: str, seconds: float) -> None:
        """Keeps a claim for ``seconds`` from now, whatever the outcome. Can be repeated."""
        lease = self._now() + seconds - CLAIM_SECONDS
        held = _held_by(task_arn, attempt).where(START_CLAIMS.c.ended_at.is_(None))
        await self._database.write(held.values(claimed_at=lease))

    async def note_started(self, run_arn: str, started_by: str) -> None:
        """Keeps who started a run. The first note stays."""
        await self._database.transact(
            lambda connection: _note_started(connection, run_arn, started_by, self._now())
        )

    async def request_cancellation(
        self, run_arn: str, attempt: str, cancelled_by: str | None
    ) -> bool:
        """Keeps that a run is about to be cancelled; False if this attempt did so before."""
        values = {
            "run_arn": run_arn,
            "attempt": attempt,
            "cancelled_by": cancelled_by and cancelled_by[:NAME],
            "requested_at": self._now(),
        }

        def note(connection: sa.Connection) -> bool:
            new = insert(connection, RUN_CANCELLATIONS).values(values).on_conflict_do_nothing()
            made = connection.execute(new.returning(RUN_CANCELLATIONS.c.attempt))
            return made.first() is not None

        return await self._database.transact(note)

    async def confirm_cancellation(self, run_arn: str, attempt: str) -> None:
        """AWS has accepted the cancellation. Can be repeated."""
        change = sa.update(RUN_CANCELLATIONS).where(
            *_this(run_arn, attempt), RUN_CANCELLATIONS.c.effective_at.is_(None)
        )
        await self._database.write(change.values(effective_at=self._now()))

    async def withdraw_cancellation(self, run_arn: str, attempt: str) -> None:
        """The cancellation has had no effect, unless it was confirmed before. Can be repeated.

        Those of other attempts stay.
        """
        change = sa.delete(RUN_CANCELLATIONS).where(
            *_this(run_arn, attempt), RUN_CANCELLATIONS.c.effective_at.is_(None)
        )
        await self._database.write(change)


_EFFECTIVE_FIRST: Final = (
    RUN_CANCELLATIONS.c.effective_at.is_(None),
    sa.func.coalesce(RUN_CANCELLATIONS.c.effective_at, RUN_CANCELLATIONS.c.requested_at),
)


def _joined(
    notes: Iterable[sa.RowMapping], cancellations: Iterable[sa.RowMapping]
) -> dict[str, RunNote]:
    """``cancellations``: of each run, the one that counts comes first."""
    # Older versions kept the name of who cancelled a run in its note.
    found = {
        row["run_arn"]: RunNote(
            row["started_by"], row["cancelled_by"] is not None, row["cancelled_by"]
        )
        for row in notes
    }
    first: dict[str, sa.RowMapping] = {}
    for row in cancellations:
        first.setdefault(row["run_arn"], row)
    for run_arn, row in first.items():
        note = found.get(run_arn, RunNote())
        found[run_arn] = replace(note, cancelled=True, cancelled_by=row["cancelled_by"])
    return found


def _claim_of(task_arn: str) -> sa.Select[Any]:
    return sa.select(START_CLAIMS).where(START_CLAIMS.c.task_arn == task_arn)


def _held_by(task_arn: str, attempt: str) -> sa.Update:
    return sa.update(START_CLAIMS).where(
        START_CLAIMS.c.task_arn == task_arn, START_CLAIMS.c.attempt == attempt
    )


def _is_held(row: sa.RowMapping, now: float) -> bool:
    return row["ended_at"] is None and now - row["claimed_at"] < CLAIM_SECONDS


def _note_started(connection: sa.Connection, run_arn: str, by: str, now: float) -> None:
    values = {"run_arn": run_arn, "started_by": by[:NAME], "at": now}
    new = insert(connection, NOTES).values(values)
    known = sa.func.coalesce(NOTES.c.started_by, new.excluded.started_by)
    connection.execute(
        new.on_conflict_do_update(index_elements=["run_arn"], set_={"started_by": known})
    )


def _this(run_arn: str, attempt: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (RUN_CANCELLATIONS.c.run_arn == run_arn, RUN_CANCELLATIONS.c.attempt == attempt)
