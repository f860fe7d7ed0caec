"""The mutations, which change movers and runs, and remove orphans."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model.audit import AuditAction, AuditTarget
from graph.model.errors import ApiError
from graph.resolvers import changes, run_changes
from graph.resolvers.auditing import reading
from graph.resolvers.runs import task_of
from graph.schema.agent_mutations import AgentMutations
from graph.schema.fields import CallerInfo
from graph.schema.ids import expect
from graph.schema.inputs import (
    CreateMoverInput,
    DeleteMoverInput,
    RerunInput,
    SetRunBandwidthInput,
    SetRunTagsInput,
    StartMoverInput,
    StopMoverInput,
    check_arns,
    new_mover,
)
from graph.schema.location_mutations import LocationMutations
from graph.schema.operations import Operation
from graph.schema.orphans import CleanOrphansInput
from graph.schema.override_inputs import run_overrides, tags_of
from graph.schema.payloads import (
    CleanOrphansPayload,
    CreateMoverPayload,
    DeleteMoverPayload,
    RerunPayload,
    SetRunBandwidthPayload,
    SetRunTagsPayload,
    StartMoverPayload,
    StopMoverPayload,
    UpdateMoverPayload,
    cleaned,
)
from graph.schema.scalars import BigInt
from graph.schema.update_inputs import UpdateMoverInput, mover_change
from graph.schema.user_errors import NamedTarget, user_error

CreateInput = Annotated[
    CreateMoverInput,
    strawberry.argument(description="The mover to create, and an optional idempotency key."),
]
StartInput = Annotated[
    StartMoverInput,
    strawberry.argument(description="The mover to start, an idempotency key, and overrides."),
]
RerunOf = Annotated[
    RerunInput,
    strawberry.argument(description="The run to repeat, and an optional idempotency key."),
]
StopInput = Annotated[
    StopMoverInput,
    strawberry.argument(description="The mover whose run is to be cancelled."),
]
BandwidthInput = Annotated[
    SetRunBandwidthInput,
    strawberry.argument(description="The run, and its new bandwidth limit."),
]
RunTagsInput = Annotated[
    SetRunTagsInput,
    strawberry.argument(description="The run, and its tags from then on."),
]
UpdateInput = Annotated[
    UpdateMoverInput, strawberry.argument(description="The mover to change, and what of it.")
]
DeleteInput = Annotated[
    DeleteMoverInput,
    strawberry.argument(description="The mover to delete, and what to do about an active run."),
]
CleanInput = Annotated[
    CleanOrphansInput,
    strawberry.argument(description="The account, the orphans, and whether it is a dry run."),
]


@strawberry.type(
    description="Fields that change movers and runs. All of them require a key that may write. "
    "Errors that the caller can correct are in the payload's `errors`; every other error is a "
    "GraphQL error, and the payload is null."
)
class Mutation(AgentMutations, LocationMutations):
    @strawberry.mutation(
        description="Creates a mover asynchronously. Returns an operation that either creates the "
        "roles, both locations and the task, or fails and rolls everything back."
    )
    async def create_mover(
        self,
        info: CallerInfo,
        input: CreateInput,  # noqa: A002 - the field's name in the schema
    ) -> CreateMoverPayload | None:
        try:
            operation = await changes.create_mover(
                info.context,
                AuditTarget(account_id=input.account, group=input.group, mover_name=input.name),
                lambda: new_mover(input),
                input.idempotency_key,
                input.region,
            )
        except ApiError as error:
            target = NamedTarget(input.account, input.group, input.name, input.region)
            return CreateMoverPayload(errors=[user_error(info, error, target=target)])
        return CreateMoverPayload(operation=Operation(value=operation))

    @strawberry.mutation(
        description="Starts a run of a mover. The mover must be AVAILABLE: of several simultaneous "
        "starts one succeeds, and the others are rejected as ALREADY_RUNNING."
    )
    async def start_mover(
        self,
        info: CallerInfo,
        input: StartInput,  # noqa: A002 - the field's name in the schema
    ) -> StartMoverPayload | None:
        task_arn = None
        try:
            task_arn = await _task_of(info, AuditAction.START_MOVER, input.mover)
            start = await changes.start_mover(
                info.context,
                task_arn,
                input.idempotency_key,
                lambda: run_overrides(input.overrides),
            )
        except ApiError as error:
            found = user_error(info, error, about="mover", task_arn=task_arn)
            return StartMoverPayload(errors=[found])
        return StartMoverPayload(run_arn=start.run_arn, again=start.again)

    @strawberry.mutation(
        description="Starts a run with the options, filters and tags that an earlier run of the "
        "mover had, also if the mover has been changed since. Rejected as CONFLICT if the mover "
        "has got a filter or manifest that the run did not have, and as ALREADY_RUNNING like any "
        "start."
    )
    async def rerun(
        self,
        info: CallerInfo,
        input: RerunOf,  # noqa: A002 - the field's name in the schema
    ) -> RerunPayload | None:
        run_arn = None
        try:
            async with reading(info.context, AuditAction.RERUN):
                run_arn = expect("Run", input.run, path=("run",))
            start = await run_changes.rerun(info.context, run_arn, input.idempotency_key)
        except ApiError as error:
            task_arn = run_arn and task_of(run_arn)
            return RerunPayload(errors=[user_error(info, error, about="run", task_arn=task_arn)])
        return RerunPayload(run_arn=start.run_arn, again=start.again)

    @strawberry.mutation(
        description="Cancels the active run of a mover or, if none is active, the queued one. "
        "Rejected as NOT_RUNNING if there is neither. Files that were already transferred stay "
        "at the destination."
    )
    async def stop_mover(
        self,
        info: CallerInfo,
        input: StopInput,  # noqa: A002 - the field's name in the schema
    ) -> StopMoverPayload | None:
        try:
            task_arn = await _task_of(info, AuditAction.STOP_MOVER, input.mover)
            run_arn = await changes.stop_mover(info.context, task_arn)
        except ApiError as error:
            return StopMoverPayload(errors=[user_error(info, error, about="mover")])
        return StopMoverPayload(run_arn=run_arn)

    @strawberry.mutation(
        description="Limits the bandwidth of one run, active or queued, within a minute. Later "
        "runs have the limit of their mover. Rejected as NOT_RUNNING if the run has ended or is "
        "being cancelled."
    )
    async def set_run_bandwidth(
        self,
        info: CallerInfo,
        input: BandwidthInput,  # noqa: A002 - the field's name in the schema
    ) -> SetRunBandwidthPayload | None:
        try:
            async with reading(info.context, AuditAction.SET_RUN_BANDWIDTH):
                run_arn = expect("Run", input.run, path=("run",))
            change = await run_changes.set_run_bandwidth(
                info.context, run_arn, input.bytes_per_second
            )
        except ApiError as error:
            return SetRunBandwidthPayload(errors=[user_error(info, error, about="run")])
        return SetRunBandwidthPayload(
            run_arn=change.run_arn,
            requested=BigInt(change.bytes_per_second),
            effective_by=change.effective_by,
        )

    @strawberry.mutation(
        description="Replaces the tags of one run, but for the server's own and those of AWS. "
        "Takes effect at once, also on a run that has ended."
    )
    async def set_run_tags(
        self,
        info: CallerInfo,
        input: RunTagsInput,  # noqa: A002 - the field's name in the schema
    ) -> SetRunTagsPayload | None:
        try:
            async with reading(info.context, AuditAction.SET_RUN_TAGS):
                run_arn = expect("Run", input.run, path=("run",))
                tags = tags_of(input.tags, "tags")
            await run_changes.set_run_tags(info.context, run_arn, tags)
        except ApiError as error:
            return SetRunTagsPayload(errors=[user_error(info, error, about="run")])
        return SetRunTagsPayload(run_arn=run_arn)

    @strawberry.mutation(
        description="Changes a mover asynchronously: name, tags, options, filters, schedule, log "
        "group, manifest and report. The next run uses them. Returns an operation that either "
        "makes the whole change or fails and restores what was there. Rejected as CONFLICT while "
        "another operation works on the mover."
    )
    async def update_mover(
        self,
        info: CallerInfo,
        input: UpdateInput,  # noqa: A002 - the field's name in the schema
    ) -> UpdateMoverPayload | None:
        task_arn = None
        try:
            task_arn = await _task_of(info, AuditAction.UPDATE_MOVER, input.mover)
            operation = await changes.update_mover(
                info.context, task_arn, lambda: mover_change(input)
            )
        except ApiError as error:
            found = user_error(info, error, about="mover", task_arn=task_arn)
            return UpdateMoverPayload(errors=[found])
        return UpdateMoverPayload(operation=Operation(value=operation))

    @strawberry.mutation(
        description="Deletes a mover asynchronously. Returns an operation that deletes the task, "
        "its locations and the roles that were created for them; the data stays. Repeating the "
        "request joins a deletion in progress, or removes what a failed one left."
    )
    async def delete_mover(
        self,
        info: CallerInfo,
        input: DeleteInput,  # noqa: A002 - the field's name in the schema
    ) -> DeleteMoverPayload | None:
        task_arn = None
        try:
            task_arn = await _task_of(info, AuditAction.DELETE_MOVER, input.mover)
            operation = await changes.delete_mover(
                info.context, task_arn, cancel_run=input.cancel_run
            )
        except ApiError as error:
            found = user_error(info, error, about="mover", task_arn=task_arn)
            return DeleteMoverPayload(errors=[found])
        return DeleteMoverPayload(operation=Operation(value=operation))

    @strawberry.mutation(
        description="Removes locations and roles that movers left behind. By default this is a dry "
        "run that only lists them. Each is checked again immediately before it is removed. Costs a "
        "call to AWS for each task and each S3 location of the account."
    )
    async def clean_orphans(
        self,
        info: CallerInfo,
        input: CleanInput,  # noqa: A002 - the field's name in the schema
    ) -> CleanOrphansPayload | None:
        try:
            cleaning = await changes.clean_orphans(
                info.context,
                input.account,
                input.arns,
                validate=lambda: check_arns(input.arns or ()),
                dry_run=input.dry_run,
                region=input.region,
            )
        except ApiError as error:
            return CleanOrphansPayload(dry_run=input.dry_run, errors=[user_error(info, error)])
        return cleaned(cleaning, dry_run=input.dry_run)


async def _task_of(info: CallerInfo, action: AuditAction, mover: str) -> str:
    """The ARN of a mover's task, from its id."""
    async with reading(info.context, action):
        return expect("Mover", mover, path=("mover",))
