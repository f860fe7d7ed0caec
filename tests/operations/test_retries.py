"""Retries: growing waits within a limit, only for errors that pass, only by the owner."""

from __future__ import annotations

from itertools import pairwise

import pytest

from graph.model.errors import (
    ApiError,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Upstream,
    UpstreamTimeout,
)
from graph.operations.heartbeat import Heartbeat
from tests.operations.stepped import POLICY, SteppedTime


class Work:
    """Fails a number of times, and then succeeds."""

    def __init__(self, error: Exception, failures: int = 1) -> None:
        self.error, self.failures, self.calls = error, failures, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "done"


@pytest.mark.parametrize("failures", range(7))
async def test_waits_double_up_to_the_longest(stepped: SteppedTime, failures: int) -> None:
    assert await stepped.runtime.retries.call_aws(Work(Throttled("slow down"), failures)) == "done"
    assert stepped.waits == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0][:failures]


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0, 3.0, 20.0, None])
async def test_the_last_error_is_raised_before_the_limit_would_be_exceeded(
    stepped: SteppedTime, seconds: float | None
) -> None:
    work = Work(Upstream("AWS failed"), failures=1_000)
    with pytest.raises(Upstream) as raised:
        await stepped.runtime.retries.call_aws(work, seconds)
    assert raised.value is work.error
    limit = POLICY.create_seconds if seconds is None else seconds
    following = min(POLICY.longest_wait, (stepped.waits or [0.5])[-1] * 2)
    assert stepped.seconds <= limit < stepped.seconds + following
    assert work.calls == len(stepped.waits) + 1
    assert all(one <= other for one, other in pairwise(stepped.waits))


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Throttled("rate exceeded"), True),
        (Upstream("an internal error"), True),
        (UpstreamTimeout("no answer"), True),
        (Invalid("DataSync was Unable To Assume Role arn:aws:iam::1:role/r"), True),
        (Invalid("S3 location creation failed: access test failed: ListObjects"), True),
        (Invalid("access test failed: could not call HeadBucket"), True),
        (Invalid("access test failed: HeadBucket: the bucket does not exist"), False),
        (Invalid("the subdirectory is wrong"), False),
        (Forbidden("not authorized to perform iam:CreateRole"), False),
        (NotFound("there is no such task"), False),
        (KeyError("a bug"), False),
    ],
    ids=str,
)
async def test_only_an_error_that_can_pass_is_retried(
    stepped: SteppedTime, error: Exception, *, passes: bool
) -> None:
    work = Work(error)
    if passes:
        assert await stepped.runtime.retries.call_aws(work) == "done"
    else:
        with pytest.raises(type(error)) as raised:
            await stepped.runtime.retries.call_aws(work)
        assert str(raised.value).startswith(str(error))
    assert work.calls == 1 + passes


@pytest.mark.parametrize("error", [Throttled("slow down"), NotFound("gone"), Invalid("no")])
async def test_of_the_store_only_an_outage_is_retried(
    stepped: SteppedTime, error: ApiError
) -> None:
    outage = Work(Upstream("the store does not answer"), failures=20)
    assert await stepped.runtime.retries.call_store(outage) == "done"
    refused = Work(error)
    with pytest.raises(type(error)):
        await stepped.runtime.retries.call_store(refused)
    assert refused.calls == 1


async def test_an_outage_of_the_store_without_an_end_is_raised(stepped: SteppedTime) -> None:
    with pytest.raises(Upstream):
        await stepped.runtime.retries.call_store(Work(Upstream("away"), failures=10_000))
    store_seconds = POLICY.store_seconds
    assert store_seconds - POLICY.longest_wait < stepped.seconds <= store_seconds


@pytest.mark.parametrize("attempts", [0, 1, 3])
async def test_aws_is_not_called_once_another_replica_owns_the_operation(
    stepped: SteppedTime, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    left = [None] * attempts

    async def ensure_owner(_heartbeat: Heartbeat) -> None:
        if not left:
            raise InterruptedError
        left.pop()

    monkeypatch.setattr(Heartbeat, "ensure_owner", ensure_owner)
    work = Work(Throttled("slow down"), failures=10)
    with pytest.raises(InterruptedError):
        await stepped.runtime.retries.call_aws(work)
    assert work.calls == attempts
