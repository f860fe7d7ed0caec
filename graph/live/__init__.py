"""Watching runs: one poller a run, any number of subscribers."""

from graph.live.pace import Pace
from graph.live.watch import Update
from graph.live.watches import Watches

__all__ = ["Pace", "Update", "Watches"]
