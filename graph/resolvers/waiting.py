"""Waits for a run or an operation to end, for clients without a stream."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

from graph.concurrency import NoRoom, Withdrawn
from graph.context import Context
from graph.model.errors import Invalid, Throttled, Unauthenticated
from graph.model.operation import Operation
from graph.model.progress import Progress
from graph.model.run import Run
from graph.observability.metrics import LIMITED
from graph.resolvers.following import follow_run
from graph.resolvers.operations import follow_operation, get_operation
from graph.resolvers.runs import get_visible_run

LONGEST: Final = 60
"""Seconds. Proxies often end a request without a response after that time."""
_RETRY_SECONDS: Final = 5.0


async def wait_for_run(context: Context, run_arn: str, seconds: int) -> tuple[Run, Progress | None]:
    """The run once it has ended, or as it is after ``seconds`` or when the server stops.

    Shares the polls of those who follow it. Raises NotFound, what following it raises, and
    Unauthenticated if the credential of the caller is removed or changed meanwhile, or expires.
    """
    run, progress = await get_visible_run(context, run_arn), None
    async with (
        _waiting(context, seconds),
        aclosing(follow_run(context, run_arn)) as updates,
    ):
        async for update in updates:
            run, progress = update.run, update.progress
    return run, progress


async def wait_for_operation(context: Context, operation_id: str, seconds: int) -> Operation:
    """The same for an operation. Makes no calls to AWS."""
    operation = await get_operation(context, operation_id)
    async with (
        _waiting(context, seconds),
        aclosing(follow_operation(context, operation_id)) as states,
    ):
        async for state in states:
            operation = state
    return operation


@asynccontextmanager
async def _waiting(context: Context, seconds: int) -> AsyncIterator[None]:
    if not 1 <= seconds <= LONGEST:
        raise Invalid(
            f"'timeoutSeconds' must be 1 to {LONGEST}, not {seconds}.", path=("timeoutSeconds",)
        )
    try:
        async with context.services.waits.at_most(
            seconds,
            context.identity.granted_by,
            since=context.withdrawals,
            expires_in=context.caller.expires_in(time.time()),
        ):
            yield
        context.loaders.forget()  # what was being loaded when the time was over is cancelled
    except Withdrawn:  # nothing else may be read with the rights of before
        raise Unauthenticated("The credentials are no longer valid.") from None
    except NoRoom as error:
        LIMITED.labels("waits").inc()
        raise Throttled(
            f"You wait for {error.held} runs and operations at the same time, which is the most at "
            "present. Subscribe instead, or try again later.",
            wait=_RETRY_SECONDS,
        ) from None
