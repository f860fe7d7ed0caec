"""The database: operations, names, idempotency keys and whatever else AWS does not keep."""

from graph.store.audit import AuditTrail
from graph.store.inspection import revision_of, trouble_with
from graph.store.keys import Answer, Claim, Key
from graph.store.late_effects import LateEffects
from graph.store.quota import Quota
from graph.store.run_records import CLAIM_SECONDS, RunNote, RunRecords, StartClaim
from graph.store.schema import newest as newest_revision
from graph.store.store import Begun, Store
from graph.store.stored import Parts, StoredOperation

__all__ = [
    "CLAIM_SECONDS",
    "Answer",
    "AuditTrail",
    "Begun",
    "Claim",
    "Key",
    "LateEffects",
    "Parts",
    "Quota",
    "RunNote",
    "RunRecords",
    "StartClaim",
    "Store",
    "StoredOperation",
    "newest_revision",
    "revision_of",
    "trouble_with",
]
