"""What must outlive the process and AWS does not keep: operations, their names and keys, notes."""

from graph.store.growing import OldTables
from graph.store.keys import Claim, Key
from graph.store.lists import OperationRow
from graph.store.store import Begun, Parts, RunNote, Store, parts_of

__all__ = [
    "Begun",
    "Claim",
    "Key",
    "OldTables",
    "OperationRow",
    "Parts",
    "RunNote",
    "Store",
    "parts_of",
]
