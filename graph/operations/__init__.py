"""Creating and deleting movers, durably: what was accepted will end, whatever happens."""

from graph.operations.operations import Operations

__all__ = ["Operations"]
