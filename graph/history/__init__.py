"""The audit trail: a record of every change that was requested."""
