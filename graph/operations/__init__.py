"""Durable operations: an accepted create or delete ends, whatever happens to the process."""

from graph.operations.operations import Operations

__all__ = ["Operations"]
