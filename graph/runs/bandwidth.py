"""Changes the bandwidth limit of runs that have not ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.aws.executions import describe_run, limit_bandwidth
from graph.model.clock import Clock
from graph.model.errors import ApiError, Conflict, Invalid, NotFound, NotRunning
from graph.model.run import BandwidthChange, Run

_EFFECT: Final = timedelta(seconds=60)
"""Within which a change takes effect, as DataSync documents."""
_PATH: Final = ("bytesPerSecond",)


async def set_bandwidth(
    gateway: Gateway, clock: Clock, run: Run, bytes_per_second: int
) -> BandwidthChange:
    """Limits an active or queued run, as described a moment ago.

    Raises NotRunning for any other, Invalid with AWS's text if it refuses the limit, and other
    errors of AWS. An unanswered call may have taken effect; repeating it is safe.
    """
    _require_active(run)
    try:
        await limit_bandwidth(gateway, run.run_arn, bytes_per_second)
    except (Conflict, Invalid, NotFound) as error:
        raise await _refusal(gateway, run.run_arn, error) from None
    return BandwidthChange(
        run_arn=run.run_arn,
        bytes_per_second=bytes_per_second,
        effective_by=clock.now() + _EFFECT,
    )


async def _refusal(gateway: Gateway, run_arn: str, error: ApiError) -> ApiError:
    """The error for the caller: the run may have ended since it was described."""
    try:
        _require_active(await describe_run(gateway, run_arn))
    except NotRunning as ended:
        return ended
    except ApiError:
        return error
    return Invalid(error.message, path=_PATH, refused=error.refused)


def _require_active(run: Run) -> None:
    if run.ended:
        raise NotRunning("The run has ended. Only the bandwidth of a later run can be limited.")
    if run.status == "CANCELLING":
        raise NotRunning("The run is being cancelled. Its bandwidth cannot be changed any more.")
