"""The input objects of mutations, and their conversion to values of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import strawberry

from graph.model import names
from graph.model.operation import NewMover
from graph.model.task_settings import TaskSettings
from graph.model.words import NewTaskMode
from graph.schema import words  # noqa: F401 - describes the enums
from graph.schema.location_inputs import LocationInput, check_length, spec_from
from graph.schema.override_inputs import (
    RunOverridesInput,
    TransferOptionsInput,
    options_of,
    patterns_of,
    tags_of,
)
from graph.schema.scalars import AccountId, Arn, BigInt
from graph.schema.tag import TagInput
from graph.schema.task_file_inputs import (
    ManifestInput,
    TaskReportInput,
    manifest_of,
    report_of,
)
from graph.schema.update_inputs import ScheduleInput

_MOVER: Final = "The global id of the mover, as in `Mover.id`. A mover that is gone is NOT_FOUND."
MOST_ARNS: Final = 1_000
"""The ARNs that one cleanup may name."""


@strawberry.input(
    description="The mover to create. Everything that can be checked is checked before anything is "
    "created."
)
class CreateMoverInput:
    account: AccountId = strawberry.field(
        description="The AWS account in which the task is created."
    )
    group: str = strawberry.field(
        description="The group that the mover belongs to, 1 to 256 characters. A group exists as "
        "soon as it has a mover."
    )
    name: str = strawberry.field(
        description="The name of the mover, unique in its group: 1 to 40 letters, digits and "
        "hyphens."
    )
    source: LocationInput = strawberry.field(description="The location to read from.")
    destination: LocationInput = strawberry.field(description="The location to write to.")
    region: str | None = strawberry.field(
        default=None,
        description="The AWS region of the task and its new locations, one of "
        "`ServerInfo.regions`; the server's default if absent. Names are unique in a group of one "
        "region.",
    )
    tags: list[TagInput] = strawberry.field(
        default_factory=list,
        description="Up to 44 tags to put on the task, its locations and its roles, in addition to "
        "the server's own.",
    )
    mode: NewTaskMode | None = strawberry.field(
        default=None,
        description="How DataSync carries out the runs, which cannot be changed later. Absent: "
        "BASIC, or ENHANCED where DataSync refuses BASIC.",
    )
    options: TransferOptionsInput | None = strawberry.field(
        default=None,
        description="Transfer options of all runs. An absent one has DataSync's default, but that "
        "`verifyMode` is ONLY_FILES_TRANSFERRED.",
    )
    includes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to transfer, such as `/photos`; absent: all. Each "
        "begins with a slash and may end with a `*`.",
    )
    excludes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to leave out, such as `*.tmp`; absent: none.",
    )
    schedule: ScheduleInput | None = strawberry.field(
        default=None,
        description="When DataSync starts the mover by itself; absent: never. Needs an expression.",
    )
    log_group_arn: Arn | None = strawberry.field(
        default=None,
        description="The ARN of the CloudWatch log group to log to, which AWS can change and not "
        "remove later. In ENHANCED mode it is `/aws/datasync` always.",
    )
    manifest: ManifestInput | None = strawberry.field(
        default=None, description="A list of the files to transfer; absent: the filters decide."
    )
    report: TaskReportInput | None = strawberry.field(
        default=None, description="Where runs write their reports; absent: they write none."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your choice, 1 to 256 characters, that makes the request safe to "
        "repeat: the same key with the same input returns the first operation again. The same key "
        "with another input is rejected as CONFLICT. Keys are remembered for a day.",
    )


@strawberry.input(description="The mover to start.")
class StartMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your choice, 1 to 256 characters, that makes the request safe to "
        "repeat: the same key with the same mover returns the first run again, even after the "
        "mover was deleted. The same key with other overrides is rejected as CONFLICT. Keys are "
        "remembered for a day.",
    )
    overrides: RunOverridesInput | None = strawberry.field(
        default=None,
        description="What this run does differently from the mover; `Run.options`, `includes`, "
        "`excludes` and `tags` show it. The mover itself is not changed.",
    )


@strawberry.input(description="The run to repeat.")
class RerunInput:
    run: strawberry.ID = strawberry.field(
        description="The global id of the run, as in `Run.id`. A run that is gone is NOT_FOUND."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your choice, 1 to 256 characters, that makes the request safe to "
        "repeat: the same key with the same run returns the first new run again. Keys are "
        "remembered for a day.",
    )


@strawberry.input(description="The mover whose run is to be cancelled.")
class StopMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)


@strawberry.input(description="The run whose bandwidth is to be limited, and the limit.")
class SetRunBandwidthInput:
    run: strawberry.ID = strawberry.field(
        description="The global id of the run, as in `Run.id`. A run that is gone is NOT_FOUND."
    )
    bytes_per_second: BigInt = strawberry.field(
        description="The limit in bytes per second, at least 1; -1 removes the limit."
    )


@strawberry.input(description="The run whose tags are to change, and its tags from then on.")
class SetRunTagsInput:
    run: strawberry.ID = strawberry.field(
        description="The global id of the run, as in `Run.id`. A run that is gone is NOT_FOUND."
    )
    tags: list[TagInput] = strawberry.field(
        description="All tags that the run is to have besides the server's own and those of AWS, "
        "up to 44."
    )


@strawberry.input(description="The mover to delete, and what to do about a run in progress.")
class DeleteMoverInput:
    mover: strawberry.ID = strawberry.field(description=_MOVER)
    cancel_run: bool = strawberry.field(
        default=False,
        description="Whether to cancel a run in progress first. If false, the request is rejected "
        "as ALREADY_RUNNING while a run is active.",
    )


def new_mover(given: CreateMoverInput) -> NewMover:
    """The mover to create. Raises Invalid, with the path of the input, for malformed values.

    Lengths of lists are checked before their items are converted.
    """
    tags = tags_of(given.tags, "tags")
    return NewMover(
        account_id=names.account_id(given.account),
        group=given.group,
        name=given.name,
        source=spec_from(given.source, "source"),
        destination=spec_from(given.destination, "destination"),
        tags=tags,
        settings=_settings(given),
    )


def _settings(given: CreateMoverInput) -> TaskSettings:
    schedule = given.schedule or ScheduleInput()
    return TaskSettings(
        mode=None if given.mode is None else given.mode.value,
        options=options_of(given.options),
        includes=patterns_of(given.includes, "includes"),
        excludes=patterns_of(given.excludes, "excludes"),
        expression=schedule.expression,
        enabled=schedule.enabled,
        log_group_arn=given.log_group_arn,
        manifest=manifest_of(given.manifest),
        report=report_of(given.report),
    )


def check_arns(given: Sequence[str]) -> None:
    """Raises Invalid for more ARNs than a request may name, or for text that is not an ARN."""
    check_length(given, MOST_ARNS, "arns")
    for index, arn in enumerate(given):
        names.arn(arn, path=("arns", str(index)))
