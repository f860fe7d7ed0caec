"""What must outlive the process and AWS does not keep: operations, their names and keys, notes."""

from graph.store.store import OperationRow, RunNote, Store

__all__ = ["OperationRow", "RunNote", "Store"]
