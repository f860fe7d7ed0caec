"""The quota of tasks under concurrency: creates under way count as the tasks they will create."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from graph.model.errors import QuotaExceeded
from graph.store.tables import OPERATIONS


@dataclass(frozen=True, slots=True)
class Quota:
    """The number of tasks an account may have, and those it had when they were listed."""

    limit: int
    listed: frozenset[str]
    at: float
    """The time before the list was requested, by the clock of the store."""

    def wait_for_turn(self, connection: sa.Connection, account_id: str) -> None:
        """Serialises the creates of an account on PostgreSQL until the end of the transaction.

        SQLite has a single writer anyway.
        """
        if connection.dialect.name == "postgresql":
            turn = sa.func.pg_advisory_xact_lock(sa.cast(-int(account_id), sa.BigInteger))
            connection.execute(sa.select(turn))

    def check(self, connection: sa.Connection, row: dict[str, Any]) -> None:
        """Raises QuotaExceeded if there is no room for a recorded create beside the others."""
        account_id, ended, failure = (
            row["account_id"],
            OPERATIONS.c.ended_at,
            OPERATIONS.c.failure,
        )
        creates = sa.select(OPERATIONS.c.task_arn).where(
            OPERATIONS.c.account_id == account_id,
            OPERATIONS.c.kind == "CREATE_MOVER",
            OPERATIONS.c.id != row["id"],
            ended.is_(None) | ((ended > self.at) & failure.is_(None)),
        )
        arns = connection.execute(creates).scalars()
        coming = sum(arn not in self.listed for arn in arns)
        if len(self.listed) + coming < self.limit:
            return
        beside = f" and {coming} being made" if coming else ""
        raise QuotaExceeded(
            f"account {account_id} has {len(self.listed)} DataSync tasks{beside}, and its quota is "
            f"{self.limit}: delete some, or have it raised"
        )
