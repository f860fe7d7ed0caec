"""Checks what a caller wants a run to do differently."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph.aws.task_files import described_files
from graph.model.errors import Conflict, Invalid
from graph.model.mover import Tag, Task
from graph.model.overrides import RunOverrides
from graph.model.run import Run
from graph.model.task_files import MANIFEST, REPORT
from graph.task_settings.rules import WORDS, check_combination, check_filter, check_options
from graph.task_settings.tags import callers_tags, check_tags
from graph.task_settings.task_files import check_manifest, check_report, check_with_manifest

OPTIONS: Final = ("overrides", "options")
"""Their path in the input."""
_OVERRIDABLE: Final = WORDS.keys() | {"BytesPerSecond"}


def check_overrides(overrides: RunOverrides) -> None:
    """Raises Invalid, with the path in the input, for values that no mover allows."""
    check_options(overrides.options, OPTIONS)
    check_filter(overrides.includes, ("overrides", "includes"))
    check_filter(overrides.excludes, ("overrides", "excludes"))
    check_manifest(overrides.manifest, ("overrides", MANIFEST))
    check_report(overrides.report, ("overrides", REPORT))
    check_tags(overrides.tags, ("overrides", "tags"), told_apart=str)


def check_for_task(overrides: RunOverrides, task: Task) -> None:
    """Raises Invalid for what contradicts itself or the rest of the mover.

    Raises Conflict for filters of a mover that has a manifest.
    """
    if overrides.manifest is not None:
        filters = [
            name
            for name in ("includes", "excludes")
            if getattr(overrides, name) or getattr(task, name)
        ]
        options = {**task.options, **overrides.options}
        check_with_manifest(options, filters, ("overrides", MANIFEST))
    elif task.described.get("ManifestConfig"):
        if overrides.includes or overrides.excludes:
            raise Conflict("The mover has a manifest, with which a run cannot have filters.")
        if overrides.options.get("PreserveDeletedFiles") == "REMOVE":
            text = "The mover has a manifest, with which nothing is deleted."
            raise Invalid(text, path=(*OPTIONS, "preserveDeletedFiles"))
    check_combination(overrides.options, task.options, task.mode, OPTIONS)


def overrides_like(run: Run, task: Task, tags: Iterable[Tag]) -> RunOverrides:
    """What a new run has to do differently from its mover to be as an earlier one was.

    ``tags``: of the earlier run.

    Raises Conflict where that cannot be had: no run can be without a filter or manifest of its
    mover. It may write a report that the earlier one did not write.
    """
    had, has = run.files, described_files(task.described)
    if has.manifest and not had.manifest:
        raise Conflict("The run had no manifest, and the mover has one now. Clear it first.")
    return RunOverrides(
        options={
            name: value
            for name, value in run.options.items()
            if name in _OVERRIDABLE and value != task.options.get(name)
        },
        includes=_filter_like(run.includes, task.includes, "includes"),
        excludes=_filter_like(run.excludes, task.excludes, "excludes"),
        tags=callers_tags(tags),
        manifest=None if had.manifest == has.manifest else had.manifest,
        report=None if had.report == has.report else had.report,
    )


def _filter_like(of_run: tuple[str, ...], of_task: tuple[str, ...], name: str) -> tuple[str, ...]:
    if of_task and not of_run:
        raise Conflict(f"The run had no {name}, and the mover has some now. Clear them first.")
    return () if of_run == of_task else of_run
