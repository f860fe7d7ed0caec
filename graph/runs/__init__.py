"""Runs: starting, stopping, reading and following them."""

from graph.runs.service import RunService

__all__ = ["RunService"]
