"""One state of a run that is being watched."""

from __future__ import annotations

from dataclasses import dataclass

from graph.model.progress import Progress
from graph.model.run import Run


@dataclass(frozen=True, slots=True)
class Update:
    """A run with its progress, as of one poll."""

    run: Run
    progress: Progress
