"""The quota of tasks under concurrency: creates under way count as the tasks they will create."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from graph.model.errors import QuotaExceeded
from graph.store import statements
from graph.store.stored_operation import NewOperation


@dataclass(frozen=True, slots=True)
class Quota:
    """The number of tasks an account may have, and those it had when they were listed."""

    limit: int
    listed: frozenset[str]
    at: float
    """The time before the list was requested, by the clock of the store."""


def wait_for_turn(connection: sa.Connection, account_id: str) -> None:
    """Serialises the creates of an account on PostgreSQL until the end of the transaction.

    SQLite has a single writer anyway.
    """
    if connection.dialect.name == "postgresql":
        turn = sa.func.pg_advisory_xact_lock(sa.cast(-int(account_id), sa.BigInteger))
        connection.execute(sa.select(turn))


def check_quota(connection: sa.Connection, quota: Quota, new: NewOperation) -> None:
    """Raises QuotaExceeded if there is no room for a recorded create beside the others."""
    given = {"account": new.account_id, "wanted": new.id, "since": quota.at}
    arns = connection.execute(statements.CREATES_BESIDE, given).scalars()
    coming = sum(arn not in quota.listed for arn in arns)
    if len(quota.listed) + coming < quota.limit:
        return
    beside = f" and {coming} being created" if coming else ""
    raise QuotaExceeded(
        f"account {new.account_id} has {len(quota.listed)} DataSync tasks{beside}, and its quota "
        f"is {quota.limit}: delete some, or have it raised"
    )
