"""Checks of the input of a new mover alone, which need no call to AWS."""

from __future__ import annotations

from typing import Final

from graph.locations import place_of
from graph.model.errors import Invalid
from graph.model.location_specs import S3Spec
from graph.model.operation import NewMover
from graph.model.preflight import PreflightCheck
from graph.preflight.buckets import prefix_of, storage_class
from graph.preflight.results import SIDES, About

_FIX: Final = "Correct the input. The mutation would be rejected in the same words."
_CHECKS: Final = {
    "mode": "options",
    "options": "options",
    "includes": "filters",
    "excludes": "filters",
    "schedule": "schedule",
    "logGroupArn": "log-group",
    "manifest": "manifest",
    "report": "report",
    "overrides": "overrides",
}
"""By the member of the input that is wrong."""


def rejected(error: Invalid) -> PreflightCheck:
    """The check that an input fails which is rejected."""
    member = error.path[0] if error.path else ""
    check = _CHECKS.get(member, "input-valid")
    if error.path[1:2] == ("existing",):
        check = "location-exists"
    about = About(check, SIDES.get(member))
    return about.refused(error, _FIX)


def accepted(new: NewMover) -> list[PreflightCheck]:
    """The checks of an input that a create would accept."""
    checks = [About("input-valid").passed("The input is one that a create accepts.")]
    if isinstance(new.destination, S3Spec):
        checks += storage_class(new.destination, place_of(new.destination, "destination"))
    if (overlap := _overlap(new)) is not None:
        checks.append(overlap)
    settings = new.settings
    if settings.mode or settings.options:
        text = f"The mover can have these options, and runs in {settings.mode or 'BASIC'} mode."
        checks.append(About("options", path=("options",)).passed(text))
    if settings.includes or settings.excludes:
        checks.append(About("filters").passed("Patterns of files are ones that DataSync accepts."))
    return checks


def _overlap(new: NewMover) -> PreflightCheck | None:
    """Both ends in one bucket: one must not contain the other."""
    source, target = new.source, new.destination
    if not (isinstance(source, S3Spec) and isinstance(target, S3Spec)):
        return None
    if source.bucket_arn != target.bucket_arn:
        return None
    ends = prefix_of(source.subdirectory), prefix_of(target.subdirectory)
    about = About("overlap", path=("destination", "s3", "subdirectory"))
    if ends[0].startswith(ends[1]) or ends[1].startswith(ends[0]):
        message = "Both ends are in one bucket, and one of them contains the other."
        return about.failed(message, "Choose subdirectories of which none contains the other.")
    return about.passed("Both ends are in one bucket, and none contains the other.")
