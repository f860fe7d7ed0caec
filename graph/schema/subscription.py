"""What clients may follow."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
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
    int | None,
    strawberry.argument(
        description="A sequence that the client has already. As long as it is the present one, "
        "the state is not repeated. Each watch counts from a start of its own: with a number of "
        "another server, or of a watch that is over, the present state is sent."
    ),
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
        async with aclosing(runs.follow_run(info.context, run_arn, after)) as updates:
            async for update in updates:
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
        async with aclosing(operations.follow_operation(info.context, operation_id)) as states:
            async for state in states:
                yield Operation(value=state)
