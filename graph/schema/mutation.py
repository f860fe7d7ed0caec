"""What clients may change."""

from __future__ import annotations

import strawberry

from graph.model import mover as mover_model
from graph.model import names
from graph.model.errors import ApiError
from graph.resolvers import movers, orphans, runs
from graph.schema.fields import Info
from graph.schema.ids import expect
from graph.schema.inputs import (
    CreateMoverInput,
    DeleteMoverInput,
    StartMoverInput,
    StopMoverInput,
    new_mover,
)
from graph.schema.nodes import Operation
from graph.schema.orphans import CleanOrphansInput
from graph.schema.payloads import (
    CleanOrphansPayload,
    CreateMoverPayload,
    DeleteMoverPayload,
    StartMoverPayload,
    StopMoverPayload,
    cleaned,
    user_error,
)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Takes a mover on: its operation makes roles, locations, task, or undoes all."
    )
    async def create_mover(
        self,
        info: Info,
        input: CreateMoverInput,  # noqa: A002 - the field's name in the schema
    ) -> CreateMoverPayload | None:
        try:
            operation = await movers.create_mover(
                info.context, new_mover(input), input.idempotency_key
            )
        except ApiError as error:
            return CreateMoverPayload(errors=[user_error(error)])
        return CreateMoverPayload(operation=Operation(value=operation))

    @strawberry.mutation(description="Starts a run.")
    async def start_mover(
        self,
        info: Info,
        input: StartMoverInput,  # noqa: A002 - the field's name in the schema
    ) -> StartMoverPayload | None:
        try:
            task_arn = expect("Mover", input.mover, path=("mover",))
            start = await runs.start_by_task(info.context, task_arn, input.idempotency_key)
        except ApiError as error:
            return StartMoverPayload(errors=[user_error(error, about="mover")])
        return StartMoverPayload(run_arn=start.run_arn, again=start.again)

    @strawberry.mutation(description="Cancels the run that is active or queued.")
    async def stop_mover(
        self,
        info: Info,
        input: StopMoverInput,  # noqa: A002 - the field's name in the schema
    ) -> StopMoverPayload | None:
        try:
            mover = await _mover(info, input.mover)
            run_arn = await runs.stop_run(info.context, mover)
        except ApiError as error:
            return StopMoverPayload(errors=[user_error(error, about="mover")])
        return StopMoverPayload(run_arn=run_arn)

    @strawberry.mutation(
        description="Takes a deletion on: the task, its locations, and the roles made for them."
    )
    async def delete_mover(
        self,
        info: Info,
        input: DeleteMoverInput,  # noqa: A002 - the field's name in the schema
    ) -> DeleteMoverPayload | None:
        try:
            task_arn = expect("Mover", input.mover, path=("mover",))
            operation = await movers.delete_by_task(
                info.context, task_arn, cancel_run=input.cancel_run
            )
        except ApiError as error:
            return DeleteMoverPayload(errors=[user_error(error, about="mover")])
        return DeleteMoverPayload(operation=Operation(value=operation))

    @strawberry.mutation(
        description="Removes locations and roles that movers left behind; by default it only "
        "shows what it would remove. Each is looked at again right before it goes."
    )
    async def clean_orphans(
        self,
        info: Info,
        input: CleanOrphansInput,  # noqa: A002 - the field's name in the schema
    ) -> CleanOrphansPayload | None:
        try:
            for index, arn in enumerate(input.arns or ()):
                names.arn(arn, path=("arns", str(index)))
            cleaning = await orphans.clean_orphans(
                info.context, input.account, input.arns, dry_run=input.dry_run
            )
        except ApiError as error:
            return CleanOrphansPayload(dry_run=input.dry_run, errors=[user_error(error)])
        return cleaned(cleaning, dry_run=input.dry_run)


async def _mover(info: Info, node_id: str) -> mover_model.Mover:
    return await movers.get_mover(info.context, expect("Mover", node_id, path=("mover",)))
