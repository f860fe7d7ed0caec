"""The database: operations, names, idempotency keys and whatever else AWS does not keep."""

from graph.store.audit import AuditTrail
from graph.store.ending import Parts, parts_of
from graph.store.inspection import revision_of, trouble_with
from graph.store.keys import Answer, Claim, Key
from graph.store.late_effects import LateEffects
from graph.store.lists import OperationRow
from graph.store.quota import Quota
from graph.store.run_records import CLAIM_SECONDS, RunNote, RunRecords, StartClaim
from graph.store.schema import newest as newest_revision
from graph.store.store import Begun, Store

__all__ = [
    "CLAIM_SECONDS",
    "Answer",
    "AuditTrail",
    "Begun",
    "Claim",
    "Key",
    "LateEffects",
    "OperationRow",
    "Parts",
    "Quota",
    "RunNote",
    "RunRecords",
    "StartClaim",
    "Store",
    "newest_revision",
    "parts_of",
    "revision_of",
    "trouble_with",
]
