"""Which process polls a run for all others, and the states that it shares with them.

On PostgreSQL only. Leases expire by the clock of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from graph.store.database import Database

CHANNEL: Final = "datasync_api_runs"
NUDGE: Final = "!"
"""The text of a notice to the holder: that there is something to see. Its sequence is 0, so that
servers of versions that do not know it ignore it."""
_LONGEST_NOTICE: Final = 7_900
"""Bytes. PostgreSQL refuses 8,000."""


@dataclass(frozen=True, slots=True)
class RunState:
    """A state of a run, as its holder has encoded it."""

    sequence: int
    text: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What a holder tells the other processes: a new state, or that there is something to read."""

    run_arn: str
    holder: str
    sequence: int
    text: str | None
    """None if the state is too long for a notice, or if the holder has given the run up."""

    def encoded(self) -> str:
        head = f"{self.run_arn} {self.holder} {self.sequence}\n"
        if self.text is None or len(head.encode()) + len(self.text.encode()) > _LONGEST_NOTICE:
            return head
        return head + self.text

    @classmethod
    def decoded(cls, payload: str) -> Notice | None:
        """None for what a server of another version sends that this one cannot read."""
        head, _, text = payload.partition("\n")
        fields = head.split(" ")
        if len(fields) != 3 or not fields[2].isdecimal():  # noqa: PLR2004 - as encoded
            return None
        return cls(fields[0], fields[1], int(fields[2]), text or None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The outcome of an exchange."""

    held: frozenset[str]
    """The runs that the process holds for the time of the lease, from the beginning of the call."""
    states: Mapping[str, RunState]
    """By ARN the states that the process does not have."""
    pollers: Mapping[str, int] = field(default_factory=dict)
    """How many processes hold runs, by ``place_of`` those."""
    processes: int = 1
    """How many processes the deployment has."""


def place_of(run_arn: str) -> str:
    """The region and account of a run."""
    _, _, _, region, account, *_ = run_arn.split(":")
    return f"{region}:{account}"


class RunWatches:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def exchange(
        self,
        process: str,
        watched: Mapping[str, int],
        new: Mapping[str, RunState],
        given_up: Collection[str] = (),
        *,
        lease: float,
    ) -> Exchange:
        """Shares new states, and renews or acquires the lease of each watched run that is free.

        ``watched``: by ARN the sequence of the last state that the process knows of. A new state is
        stored unless another process holds the run or a newer one is there. Runs ``given_up`` are
        free from now on.
        """
        work = _Exchange(process, watched, new, given_up, lease)
        return await self._database.transact(work, at_once=True)

    async def nudge(self, process: str, name: str) -> None:
        """Tells the holder that there is something to see."""
        payload = Notice(name, process, 0, NUDGE).encoded()

        def notify(connection: sa.Connection) -> None:
            connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": payload})

        await self._database.transact(notify)


@dataclass(frozen=True, slots=True)
class _Exchange:
    process: str
    watched: Mapping[str, int]
    new: Mapping[str, RunState]
    given_up: Collection[str]
    lease: float

    def __call__(self, connection: sa.Connection) -> Exchange:
        connection.execute(_SETTINGS)
        runs = sorted({*self.watched, *self.new, *self.given_up})
        self._insert_missing(connection, runs)
        mine = self._locked(connection, runs)
        self._store(connection, mine)
        self._give_up(connection, mine)
        held = self._renew(connection, mine)
        pollers = {row.place: row.processes for row in connection.execute(_POLLERS)}
        processes = pollers.pop("", 0)
        return Exchange(held, self._unknown(connection), pollers, max(1, processes))

    def _insert_missing(self, connection: sa.Connection, runs: list[str]) -> None:
        """In an order that all processes use, so that they cannot wait for each other."""
        present = set(connection.execute(_PRESENT, {"runs": runs}).scalars())
        missing = [run for run in self.watched if run not in present]
        if missing:
            connection.execute(_INSERT, {"runs": sorted(missing)})

    def _locked(self, connection: sa.Connection, runs: list[str]) -> set[str]:
        """Those that this process holds or may take, which nobody else changes from now on.

        Without those that another process is just taking.
        """
        given = {"runs": runs, "process": self.process}
        return set(connection.execute(_LOCK, given).scalars())

    def _store(self, connection: sa.Connection, mine: set[str]) -> None:
        for run in sorted(mine & self.new.keys()):
            state = self.new[run]
            given = {"run": run, "sequence": state.sequence, "text": state.text}
            if connection.execute(_STORE, given | {"ended": state.ended}).rowcount:
                self._notify(connection, Notice(run, self.process, state.sequence, state.text))

    def _give_up(self, connection: sa.Connection, mine: set[str]) -> None:
        free = sorted(mine.intersection(self.given_up) - self.watched.keys())
        if free:
            connection.execute(_FREE, {"runs": free})
        for run in free:
            self._notify(connection, Notice(run, self.process, 0, None))

    def _renew(self, connection: sa.Connection, mine: set[str]) -> frozenset[str]:
        wanted = sorted(mine & self.watched.keys())
        if not wanted:
            return frozenset()
        given = {"runs": wanted, "process": self.process, "lease": self.lease}
        return frozenset(connection.execute(_RENEW, given).scalars())

    def _unknown(self, connection: sa.Connection) -> dict[str, RunState]:
        given = {"runs": list(self.watched), "known": list(self.watched.values())}
        rows = connection.execute(_UNKNOWN, given) if self.watched else ()
        return {row.run_arn: RunState(row.sequence, row.state, row.ended) for row in rows}

    def _notify(self, connection: sa.Connection, notice: Notice) -> None:
        connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": notice.encoded()})


_TEXTS: Final = postgresql.ARRAY(sa.Text)
_NUMBERS: Final = postgresql.ARRAY(sa.BigInteger)


def _statement(text: str, **types: Any) -> sa.TextClause:  # noqa: ANN401 - SQLAlchemy's types
    bound = [sa.bindparam(name, type_=kind) for name, kind in types.items()]
    return sa.text(text).bindparams(*bound)


_SETTINGS: Final = sa.text(
    """
    SELECT set_config('synchronous_commit', 'off', true),
    set_config('lock_timeout', '500ms', true),
    set_config('idle_in_transaction_session_timeout', '2s', true)
    """
)
"""A state that a power failure of the database loses is observed again. A process that stands still
in the midst of an exchange loses its connection, and does not keep the others from theirs."""
_PRESENT: Final = _statement(
    "SELECT run_arn FROM run_watches WHERE run_arn = ANY(:runs)", runs=_TEXTS
)
_INSERT: Final = _statement(
    """
    INSERT INTO run_watches (run_arn, leased_until, sequence, ended)
    SELECT run, extract(epoch FROM clock_timestamp()), 0, false FROM unnest(:runs) AS run
    ON CONFLICT DO NOTHING
    """,
    runs=_TEXTS,
)
_LOCK: Final = _statement(
    """
    SELECT run_arn FROM run_watches
    WHERE run_arn = ANY(:runs)
    AND (holder = :process OR leased_until <= extract(epoch FROM clock_timestamp()))
    ORDER BY run_arn FOR UPDATE SKIP LOCKED
    """,
    runs=_TEXTS,
    process=sa.Text,
)
_STORE: Final = sa.text(
    """
    UPDATE run_watches SET sequence = :sequence, state = :text, ended = :ended
    WHERE run_arn = :run AND sequence < :sequence
    """
)
_FREE: Final = _statement(
    """
    UPDATE run_watches SET holder = NULL, leased_until = extract(epoch FROM clock_timestamp())
    WHERE run_arn = ANY(:runs)
    """,
    runs=_TEXTS,
)
_RENEW: Final = _statement(
    """
    UPDATE run_watches
    SET holder = :process, leased_until = extract(epoch FROM clock_timestamp()) + :lease
    WHERE run_arn = ANY(:runs) AND NOT ended RETURNING run_arn
    """,
    runs=_TEXTS,
    process=sa.Text,
    lease=sa.Float,
)
_UNKNOWN: Final = _statement(
    """
    SELECT run_arn, sequence, state, ended FROM run_watches
    JOIN unnest(:runs, :known) AS watched (run, known) ON run = run_arn
    WHERE sequence <> known AND state IS NOT NULL
    """,
    runs=_TEXTS,
    known=_NUMBERS,
)
_POLLERS: Final = sa.text(
    """
    SELECT split_part(run_arn, ':', 4) || ':' || split_part(run_arn, ':', 5) AS place,
    count(DISTINCT holder) AS processes FROM run_watches
    WHERE leased_until > extract(epoch FROM clock_timestamp()) GROUP BY place
    UNION ALL SELECT '', count(*) FROM replicas WHERE beat >= 0
    """
)
_NOTIFY: Final = sa.text("SELECT pg_notify(:channel, :payload)")
