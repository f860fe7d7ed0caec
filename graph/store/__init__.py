"""The database: operations, names, idempotency keys and whatever else AWS does not keep."""

from graph.store.audit import AuditTrail, write_line
from graph.store.facts import HOME_REGION, Facts
from graph.store.idempotency import IdempotencyKey, IdempotencyKeys, KeyClaim, KeyResult
from graph.store.inspection import revision_of, trouble_with
from graph.store.late_effects import LateEffects
from graph.store.notices import notices
from graph.store.operation_lists import OperationLists
from graph.store.operation_records import OperationRecords
from graph.store.operation_start import Begun
from graph.store.quota import Quota
from graph.store.readiness import trouble_of
from graph.store.replicas import Replicas
from graph.store.retention import Retention
from graph.store.run_records import CLAIM_SECONDS, RunNote, RunRecords, StartClaim
from graph.store.run_watches import CHANNEL, NUDGE, Exchange, Notice, RunState, RunWatches, place_of
from graph.store.schema import newest as newest_revision
from graph.store.store import Store, open_store
from graph.store.stored_operation import NewOperation, Parts, StoredOperation
from graph.store.tables import RETIRED

__all__ = [
    "CHANNEL",
    "CLAIM_SECONDS",
    "HOME_REGION",
    "NUDGE",
    "RETIRED",
    "AuditTrail",
    "Begun",
    "Exchange",
    "Facts",
    "IdempotencyKey",
    "IdempotencyKeys",
    "KeyClaim",
    "KeyResult",
    "LateEffects",
    "NewOperation",
    "Notice",
    "OperationLists",
    "OperationRecords",
    "Parts",
    "Quota",
    "Replicas",
    "Retention",
    "RunNote",
    "RunRecords",
    "RunState",
    "RunWatches",
    "StartClaim",
    "Store",
    "StoredOperation",
    "newest_revision",
    "notices",
    "open_store",
    "place_of",
    "revision_of",
    "trouble_of",
    "trouble_with",
    "write_line",
]
