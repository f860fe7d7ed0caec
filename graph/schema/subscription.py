"""The subscriptions: the progress of runs and of an operation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from graph.model.errors import Invalid
from graph.resolvers import operations
from graph.resolvers.activity import follow_activity
from graph.resolvers.following import follow_run, follow_runs
from graph.runs.watch import Update
from graph.schema.activity import ActivityEvent, shown
from graph.schema.arguments import (
    MOST_RUNS,
    AccountNumber,
    AfterChange,
    AfterSequence,
    FollowedGroup,
    OperationObjectId,
    Region,
    RunObjectId,
    RunObjectIds,
)
from graph.schema.fields import Info, attribute, reads
from graph.schema.ids import expect
from graph.schema.nodes import Mover, Run, mover_or_none
from graph.schema.operations import Operation


@strawberry.type(
    description="The current state of a run that is being followed. It contains the run with its "
    "id, so a normalised client cache updates itself."
)
class RunUpdate:
    value: strawberry.Private[Update]
    sequence: int = attribute(
        "progress.sequence",
        "The sequence number of this state, equal to `run.progress.sequence`; pass it as `after` "
        "when reconnecting.",
    )

    @reads("The run as it is at the time of this event.")
    def run(self) -> Run:
        return Run(value=self.value.run, measured=self.value.progress)

    @strawberry.field(
        description="The mover of the run, read for this event, so that its status and runs are as "
        "current as the run itself; null if it was deleted. Costs two calls to AWS per event."
    )
    async def mover(self, info: Info) -> Mover | None:
        return await mover_or_none(info, self.value.run.task_arn)


@strawberry.type(
    description="Event streams, over WebSocket (graphql-transport-ws), server-sent events or "
    "multipart responses. Select exactly one field."
)
class Subscription:
    @strawberry.subscription(
        description="Follows a run. Sends its current state immediately, then each change, and "
        "completes once the run has ended. A slow client receives the newest state and may miss "
        "intermediate ones. Many subscribers of one run share one poll of AWS."
    )
    async def run_progress(
        self, info: Info, run: RunObjectId, after: AfterSequence = None
    ) -> AsyncGenerator[RunUpdate, None]:
        run_arn = expect("Run", run, path=("run",))
        async with aclosing(follow_run(info.context, run_arn, after)) as updates:
            async for update in updates:
                yield RunUpdate(value=update)

    @strawberry.subscription(
        description="Follows several runs in one stream. Sends the current state of each "
        "immediately, then each change of any of them, and completes once all have ended. A slow "
        "client receives the newest state of each run. An id that occurs twice counts once."
    )
    async def runs_progress(
        self, info: Info, runs: RunObjectIds
    ) -> AsyncGenerator[RunUpdate, None]:
        if not 1 <= len(runs) <= MOST_RUNS:
            raise Invalid(
                f"'runs' must have 1 to {MOST_RUNS} ids; it has {len(runs)}.", path=("runs",)
            )
        run_arns = [expect("Run", run, path=("runs", str(place))) for place, run in enumerate(runs)]
        followed = follow_runs(info.context, list(dict.fromkeys(run_arns)))
        async with aclosing(followed) as updates:
            async for update in updates:
                yield RunUpdate(value=update)

    @strawberry.subscription(
        description="Follows what changes in an account and region, from any source: its movers, "
        "their runs and the operations. One subscription keeps a list of hundreds of movers up to "
        "date. Changes by this server arrive at once, others within seconds; of runs of a few "
        "seconds that other tools start, no event may come. Begins with a Reset, at which the "
        "client reads what it shows, unless it resumes after an earlier event. Does not complete."
    )
    async def activity(
        self,
        info: Info,
        account: AccountNumber,
        group: FollowedGroup = None,
        after: AfterChange = None,
        region: Region = None,
    ) -> AsyncGenerator[ActivityEvent, None]:
        followed = follow_activity(info.context, account, group, after, region)
        async with aclosing(followed) as events:
            async for event in events:
                yield shown(event)

    @strawberry.subscription(
        description="Follows an operation. Sends its current state immediately, then each change, "
        "and completes once the operation is COMPLETED or FAILED."
    )
    async def operation_progress(
        self, info: Info, operation: OperationObjectId
    ) -> AsyncGenerator[Operation, None]:
        operation_id = expect("Operation", operation, path=("operation",))
        async with aclosing(operations.follow_operation(info.context, operation_id)) as states:
            async for state in states:
                yield Operation(value=state)
