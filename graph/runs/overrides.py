"""Checks what a caller wants a run to do differently."""

from __future__ import annotations

from typing import Final

from graph.model.errors import Conflict
from graph.model.mover import Task
from graph.model.overrides import RunOverrides
from graph.task_settings.rules import check_combination, check_filter, check_options

_OPTIONS: Final = ("overrides", "options")


def check_overrides(overrides: RunOverrides) -> None:
    """Raises Invalid, with the path in the input, for values that no mover allows."""
    check_options(overrides.options, _OPTIONS)
    check_filter(overrides.includes, ("overrides", "includes"))
    check_filter(overrides.excludes, ("overrides", "excludes"))


def check_for_task(overrides: RunOverrides, task: Task) -> None:
    """Raises Invalid for options that contradict each other or those of the mover.

    Raises Conflict for filters of a mover that has a manifest.
    """
    if (overrides.includes or overrides.excludes) and task.described.get("ManifestConfig"):
        raise Conflict("The mover has a manifest, with which a run cannot have filters.")
    check_combination(overrides.options, task.options, task.mode, _OPTIONS)
