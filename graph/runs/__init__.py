"""Runs: started, stopped, read and followed. Knows nothing of requests or rights."""

from graph.runs.service import RunService

__all__ = ["RunService"]
