"""The input of a start that says what the run does differently, and its conversion."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import strawberry

from graph.model.errors import Invalid, InvalidReason
from graph.model.mover import MOST_TAGS, Tag
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.runs.overrides import check_overrides
from graph.schema.scalars import BigInt
from graph.schema.tag import TagInput
from graph.schema.task_file_inputs import (
    ManifestInput,
    TaskReportInput,
    manifest_of,
    report_of,
)

_MOST_PATTERNS: Final = 10_000
_NULL: Final = "Null: as the mover has it; of a new one, the default."


def _word(description: str) -> Any:  # noqa: ANN401 - the field's own type counts
    return strawberry.field(default=None, description=f"{description} {_NULL}")


@strawberry.input(
    description="Transfer options of a run or a mover, in AWS's own terms. Combinations that "
    "DataSync refuses, also with the mover's own options, are rejected as INVALID."
)
class TransferOptionsInput:
    verify_mode: str | None = _word("ONLY_FILES_TRANSFERRED, POINT_IN_TIME_CONSISTENT or NONE.")
    transfer_mode: str | None = _word("CHANGED, or ALL to copy everything without comparing.")
    overwrite_mode: str | None = _word("ALWAYS, or NEVER to keep files at the destination.")
    preserve_deleted_files: str | None = _word(
        "PRESERVE, or REMOVE to delete destination files that the source does not have."
    )
    bytes_per_second: BigInt | None = _word("The bandwidth limit, at least 1; -1 for none.")
    task_queueing: str | None = _word("ENABLED, or DISABLED to be rejected instead of queued.")
    log_level: str | None = _word("OFF, BASIC (errors) or TRANSFER (every file).")
    object_tags: str | None = _word("PRESERVE, or NONE to leave out the tags of objects.")
    object_metadata: str | None = _word("PRESERVE, or NONE to leave out user-defined metadata.")
    atime: str | None = _word("BEST_EFFORT, or NONE to leave out access times.")
    mtime: str | None = _word("PRESERVE, or NONE to leave out modification times.")
    uid: str | None = _word("INT_VALUE, or NONE to leave out the owners of files.")
    gid: str | None = _word("INT_VALUE, or NONE to leave out the owning groups of files.")
    posix_permissions: str | None = _word("PRESERVE, or NONE to leave out POSIX permissions.")
    preserve_devices: str | None = _word("NONE, or PRESERVE for the metadata of device files.")
    security_descriptor_copy_flags: str | None = _word("NONE, OWNER_DACL or OWNER_DACL_SACL.")


@strawberry.input(description="What one run does differently from its mover.")
class RunOverridesInput:
    options: TransferOptionsInput | None = strawberry.field(
        default=None, description="Options that differ from those of the mover."
    )
    includes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to transfer, such as `/photos`, instead of the mover's. "
        "Each begins with a slash and may end with a `*`.",
    )
    excludes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to leave out, such as `*.tmp`, instead of the mover's.",
    )
    tags: list[TagInput] | None = strawberry.field(
        default=None,
        description="Up to 44 tags to put on the run, which has none of its mover's.",
    )
    manifest: ManifestInput | None = strawberry.field(
        default=None,
        description="A list of the files to transfer, instead of the mover's. One in another place "
        "than that takes the right to change the mover.",
    )
    report: TaskReportInput | None = strawberry.field(
        default=None,
        description="Where the run writes its report, instead of the mover's. Another place than "
        "that takes the right to change the mover.",
    )


def run_overrides(given: RunOverridesInput | None) -> RunOverrides:
    """Raises Invalid, with the path of the input, for values that no mover allows."""
    if given is None:
        return NO_OVERRIDES
    overrides = RunOverrides(
        options=options_of(given.options),
        includes=patterns_of(given.includes, "overrides", "includes"),
        excludes=patterns_of(given.excludes, "overrides", "excludes"),
        tags=tags_of(given.tags, "overrides", "tags"),
        manifest=manifest_of(given.manifest),
        report=report_of(given.report),
    )
    check_overrides(overrides)
    return overrides


def tags_of(given: list[TagInput] | None, *path: str) -> tuple[Tag, ...]:
    """Raises Invalid for too many, before they are converted."""
    if given is not None and len(given) > MOST_TAGS:
        raise Invalid(
            f"'{path[-1]}' has {len(given)} items. At most {MOST_TAGS} are allowed.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    return tuple(Tag(tag.key, tag.value) for tag in given or ())


def options_of(given: TransferOptionsInput | None) -> dict[str, str | int]:
    """By AWS's names, of which the names of the fields are made."""
    if given is None:
        return {}
    values = {each.name: getattr(given, each.name) for each in fields(given)}
    return {
        "".join(part.capitalize() for part in name.split("_")): value
        for name, value in values.items()
        if value is not None
    }


def patterns_of(given: list[str] | None, *path: str) -> tuple[str, ...]:
    """Raises Invalid, also for an empty list: DataSync does not say whether it would clear."""
    if given is None:
        return ()
    name = path[-1]
    if not given:
        raise Invalid(
            f"'{name}' is empty. List a pattern, or leave it out.",
            path=path,
            reason=InvalidReason.MISSING,
        )
    if len(given) > _MOST_PATTERNS:
        raise Invalid(
            f"'{name}' has {len(given)} patterns. At most {_MOST_PATTERNS} are allowed.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    return tuple(given)
