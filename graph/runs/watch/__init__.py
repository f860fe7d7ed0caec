"""Watches of runs: one poller per run, any number of followers."""

from graph.runs.watch.poll_policy import PollPolicy
from graph.runs.watch.watch import Update
from graph.runs.watch.watches import Watches

__all__ = ["PollPolicy", "Update", "Watches"]
