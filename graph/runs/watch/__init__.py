"""Watches of runs: one poller per run in a deployment, any number of followers."""

from graph.runs.watch.poll_policy import PollPolicy
from graph.runs.watch.shared import SharedWatches
from graph.runs.watch.sharing import Sharing
from graph.runs.watch.update import Update
from graph.runs.watch.watches import Watches

__all__ = ["PollPolicy", "SharedWatches", "Sharing", "Update", "Watches"]
