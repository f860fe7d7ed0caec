"""The store: one repository per concern, over one database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graph.store.audit import AuditTrail
from graph.store.database import CONNECTIONS, Database
from graph.store.facts import Facts
from graph.store.idempotency import IdempotencyKeys
from graph.store.late_effects import LateEffects
from graph.store.operation_lists import OperationLists
from graph.store.operation_records import OperationRecords
from graph.store.replicas import Replicas
from graph.store.retention import Retention
from graph.store.run_records import RunRecords
from graph.store.run_watches import RunWatches


@dataclass(frozen=True, slots=True)
class Store:
    """What AWS does not keep. A further concern is a further repository here."""

    database: Database
    operations: OperationRecords
    operation_lists: OperationLists
    idempotency: IdempotencyKeys
    runs: RunRecords
    watches: RunWatches
    late_effects: LateEffects
    replicas: Replicas
    audit: AuditTrail
    facts: Facts
    retention: Retention

    def now(self) -> float:
        """Seconds since the epoch, by the clock that orders what is stored."""
        return self.database.now()


@asynccontextmanager
async def open_store(url: str, connections: int = CONNECTIONS) -> AsyncIterator[Store]:
    """Opens a store and brings its schema up to date.

    Raises Upstream if it does not answer in time, SchemaError if it cannot be brought up to date.
    """
    async with Database(url, connections) as database:
        yield Store(
            database,
            OperationRecords(database),
            OperationLists(database),
            IdempotencyKeys(database),
            RunRecords(database),
            RunWatches(database),
            LateEffects(database),
            Replicas(database),
            AuditTrail(database),
            Facts(database),
            Retention(database),
        )
