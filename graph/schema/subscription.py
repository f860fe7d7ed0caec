"""What clients may follow."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.resolvers import operations, runs
from graph.schema.fields import Info
from graph.schema.ids import expect
from graph.schema.nodes import Operation, Run


@strawberry.type(
    description="A run as it now stands. It carries the run with its id, so that a client's "
    "normalised cache is up to date without a line of code."
)
class RunUpdate:
    sequence: int = strawberry.field(description="As in the run's progress.")
    run: Run = strawberry.field(description="The run.")


After = Annotated[
    int | None, strawberry.argument(description="The sequence that the client has already.")
]


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="The run's state at once, then each change; completes when the run has ended. "
        "A slow client gets the newest state, not every one."
    )
    async def run_progress(
        self, info: Info, run: strawberry.ID, after: After = None
    ) -> AsyncGenerator[RunUpdate, None]:
        run_arn = expect("Run", run, path=("run",))
        async for update in runs.follow_run(info.context, run_arn, after):
            yield RunUpdate(
                sequence=update.progress.sequence,
                run=Run(value=update.run, measured=update.progress),
            )

    @strawberry.subscription(
        description="The operation's state at once, then each change; completes when it has ended."
    )
    async def operation_progress(
        self, info: Info, operation: strawberry.ID
    ) -> AsyncGenerator[Operation, None]:
        operation_id = expect("Operation", operation, path=("operation",))
        async for state in operations.follow_operation(info.context, operation_id):
            yield Operation(value=state)
