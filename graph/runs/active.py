"""Which of a mover's runs counts as the current one, and which one a stop means.

AWS executes one run of a task at a time. Others wait as QUEUED, and one that was cancelled may
still be CANCELLING while the next one waits. An unknown status counts as executing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from graph.model.run import Run, RunRef

_WITHOUT_RUN: Final = frozenset({"AVAILABLE", "CREATING"})
"""Statuses of a task without an active run; with any other, also a newer one, there may be one."""


async def find_current(
    task_status: str,
    list_runs: Callable[[], Awaitable[Sequence[RunRef]]],
    read: Callable[[str], Awaitable[Run]],
) -> Run | None:
    """The run that executes now; else one that is being cancelled; else the oldest that waits.

    ``list_runs`` returns the newest first and is called only if the status of the task allows a
    run to be active. ``read`` gets an ARN; what it says counts, as a run may have ended since it
    was listed.
    """
    if task_status in _WITHOUT_RUN:
        return None
    for ref in current_first(await list_runs()):
        run = await read(ref.run_arn)
        if not run.ended:
            return run
    return None


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
