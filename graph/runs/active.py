"""Which of a mover's runs counts as the current one, and which one a stop means.

AWS executes one run of a task at a time. Others wait as QUEUED, and one that was cancelled may
still be CANCELLING while the next one waits. An unknown status counts as executing.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.model.run import RunRef


def current_first(newest_first: Sequence[RunRef]) -> list[RunRef]:
    """The runs that have not ended: those that execute, those being cancelled, those that wait.

    The oldest of each kind comes first, as AWS executes them in that order.
    """
    executing, cancelling, queued = _by_kind(newest_first)
    return [*executing, *cancelling, *queued]


def run_to_stop(newest_first: Sequence[RunRef]) -> RunRef | None:
    """The run that a stop means: the current one, unless it is being cancelled and another waits.

    None if no run is active; one that is being cancelled already if nothing waits.
    """
    executing, cancelling, queued = _by_kind(newest_first)
    return next(iter([*executing, *queued, *cancelling]), None)


def _by_kind(
    newest_first: Sequence[RunRef],
) -> tuple[list[RunRef], list[RunRef], list[RunRef]]:
    active = [run for run in reversed(newest_first) if not run.ended]
    cancelling = [run for run in active if run.status == "CANCELLING"]
    queued = [run for run in active if run.status == "QUEUED"]
    executing = [run for run in active if run.status not in ("CANCELLING", "QUEUED")]
    return executing, cancelling, queued
