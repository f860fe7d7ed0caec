"""The quota of tasks under concurrency: creates under way count as the tasks they will create."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from graph.model.errors import QuotaExceeded
from graph.observability.metrics import LIMITED
from graph.store import statements
from graph.store.stored_operation import NewOperation


@dataclass(frozen=True, slots=True)
class Quota:
    """The number of tasks an account may have, and those it had when they were listed."""

    limit: int
    listed: frozenset[str]
    at: float
    """The time before the list was requested, by the clock of the store."""
    group_limit: int | None = None
    """The number of them that the movers of one group may be; None for all."""
    group_listed: frozenset[str] = frozenset()
    """Those of the listed tasks that are movers of the group of the create."""
    tell_total: bool = True
    """Whether the caller may learn how many tasks there are in all groups."""


def wait_for_turn(connection: sa.Connection, account_id: str) -> None:
    """Serialises the creates of an account on PostgreSQL until the end of the transaction.

    SQLite has a single writer anyway.
    """
    if connection.dialect.name == "postgresql":
        turn = sa.func.pg_advisory_xact_lock(sa.cast(-int(account_id), sa.BigInteger))
        connection.execute(sa.select(turn))


def check_quota(connection: sa.Connection, quota: Quota, new: NewOperation) -> None:
    """Raises QuotaExceeded if there is no room for a recorded create beside the others."""
    given = {"account": new.account_id, "region": new.region, "wanted": new.id, "since": quota.at}
    beside = connection.execute(statements.CREATES_BESIDE, given)
    coming = [group for arn, group in beside if arn not in quota.listed]
    if len(quota.listed) + len(coming) >= quota.limit:
        if not quota.tell_total:
            raise QuotaExceeded(
                f"Account {new.account_id} has as many DataSync tasks as its quota allows. Delete "
                "some, or have the quota raised."
            )
        also = f" and {len(coming)} being created" if coming else ""
        raise QuotaExceeded(
            f"Account {new.account_id} has {len(quota.listed)} DataSync tasks{also}, and its quota "
            f"is {quota.limit}. Delete some, or have the quota raised."
        )
    own = len(quota.group_listed) + sum(group == new.group for group in coming)
    if quota.group_limit is not None and own >= quota.group_limit:
        raise QuotaExceeded(
            f"The group '{new.group}' has {own} movers in account {new.account_id}, including "
            f"those being created, and its share of the quota is {quota.group_limit}. Delete some."
        )


def check_unfinished(connection: sa.Connection, new: NewOperation, limit: int) -> None:
    """Raises QuotaExceeded if the key of a recorded operation has too many that have not ended.

    Requests at the same moment on several servers may exceed the limit by their number.
    """
    given = {"key": new.requested_key}
    if connection.execute(statements.UNFINISHED, given).scalar_one() > limit:
        LIMITED.labels("operations").inc()
        raise QuotaExceeded(
            f"The key '{new.requested_key}' has {limit} operations in progress, which is the "
            "limit. Wait until some of them have ended."
        )
