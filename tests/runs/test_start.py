"""Starting a mover: who starts it, what is refused and why, and what outlives the caller."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graph.aws import executions
from graph.model.errors import (
    AccessDenied,
    AlreadyRunning,
    ApiError,
    Conflict,
    Throttled,
    Upstream,
)
from graph.sandbox import Fault, Sandbox
from graph.store import IdempotencyKey, StartClaim
from tests.runs.lab import KEY, Lab, describing, opened

KEYS = pytest.mark.parametrize("key", [None, KEY], ids=["without a key", "with a key"])
BY = "me for you"


async def at_the_gate(lab: Lab) -> None:
    assert await asyncio.to_thread(lab.aws.interceptor.wait_for_gate, 20)


async def abandoned(call: asyncio.Task[Any]) -> None:
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@KEYS
async def test_a_start_keeps_who_started_the_run(lab: Lab, key: IdempotencyKey | None) -> None:
    run_arn = await lab.runs.start(lab.task, BY, key)
    assert (await lab.note(run_arn)).started_by == BY
    assert (await lab.read(run_arn)).status == "LAUNCHING"


async def test_of_many_starts_on_two_replicas_one_succeeds(lab: Lab) -> None:
    answers = await asyncio.gather(
        *((lab.runs, lab.other)[n % 2].start(lab.task, BY) for n in range(20)),
        return_exceptions=True,
    )
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert len([answer for answer in answers if isinstance(answer, AlreadyRunning)]) == 19
    assert lab.started() == 1


async def test_who_waits_for_a_start_that_fails_starts_the_mover(lab: Lab) -> None:
    lab.aws.interceptor.add(Fault("StartTaskExecution", "gate"))
    lab.aws.interceptor.add(Fault("StartTaskExecution", "denied"))
    first = asyncio.create_task(lab.runs.start(lab.task, "first"))
    await at_the_gate(lab)
    others = [asyncio.create_task(lab.other.start(lab.task, "other")) for _ in range(3)]
    lab.aws.interceptor.open_gate()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(answer) for answer in answers].count(str) == 1
    assert len(await lab.runs.list_runs(lab.task)) == 1


async def test_who_waits_too_long_for_another_start_is_told_so(lab: Lab) -> None:
    lab.aws.interceptor.add(Fault("StartTaskExecution", "gate"))
    first = asyncio.create_task(lab.runs.start(lab.task, "first"))
    await at_the_gate(lab)
    lab.clock.hurried = True
    with pytest.raises(
        Conflict, match="Another start of this mover is still in progress"
    ) as caught:
        await lab.other.start(lab.task, "other")
    assert caught.value.code == "CONFLICT"
    lab.aws.interceptor.open_gate()
    assert (await lab.note(await first)).started_by == "first"


GATES = [
    ("AssumeRole", "gate"),
    ("DescribeTask", "gate"),
    ("DescribeTask", "gate-after"),
    ("StartTaskExecution", "gate"),
    ("StartTaskExecution", "gate-after"),
]


@KEYS
@pytest.mark.parametrize(("operation", "gate"), GATES)
async def test_a_start_is_finished_when_its_client_leaves(
    lab: Lab, operation: str, gate: str, key: IdempotencyKey | None
) -> None:
    lab.aws.interceptor.add(Fault(operation, gate))
    call = asyncio.create_task(lab.runs.start(lab.task, BY, key))
    await at_the_gate(lab)
    await abandoned(call)
    lab.aws.interceptor.open_gate()
    await lab.settled()
    (run,) = await lab.runs.list_runs(lab.task)
    assert (await lab.note(run.run_arn)).started_by == BY
    await lab.finish()
    again = await lab.other.start(lab.task, "another")
    assert again != run.run_arn
    if key is not None:
        assert await lab.runs.start(lab.task, BY, key) == run.run_arn


@KEYS
@pytest.mark.parametrize(("operation", "gate"), GATES)
async def test_a_start_that_the_shutdown_cuts_off_does_not_block_the_mover(
    aws: Sandbox, tmp_path: Path, operation: str, gate: str, key: IdempotencyKey | None
) -> None:
    async with opened(aws, tmp_path, drain=0) as lab:
        aws.interceptor.add(Fault(operation, gate))
        call = asyncio.create_task(lab.runs.start(lab.task, BY, key))
        await at_the_gate(lab)
        await lab.runs.__aexit__()
        with pytest.raises(asyncio.CancelledError):
            await call
        aws.interceptor.clear()
        await lab.finish()
        try:
            run_arn = await lab.other.start(lab.task, "another", key)
        except AlreadyRunning:  # the call that was cut off has had its effect after all
            assert [run.ended for run in await lab.other.list_runs(lab.task)] == [False]
            await lab.finish()
            run_arn = await lab.other.start(lab.task, "another", key)
        assert (await lab.note(run_arn)).started_by in ("another", BY)
        assert len(await lab.other.list_runs(lab.task)) <= 2


async def test_a_start_that_is_cut_off_while_it_takes_its_claim_leaves_none(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = asyncio.Event()
    async with opened(aws, tmp_path, drain=0) as lab:
        plain = lab.records.claim_start

        async def claim_start(*given: str) -> StartClaim:
            await plain(*given)
            claimed.set()
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(lab.records, "claim_start", claim_start)
        call = asyncio.create_task(lab.runs.start(lab.task, BY))
        await asyncio.wait_for(claimed.wait(), 20)
        await lab.runs.__aexit__()
        await asyncio.gather(call, return_exceptions=True)
        assert (await lab.note(await lab.other.start(lab.task, "another"))).started_by == "another"
        assert lab.clock.slept == []


async def test_the_shutdown_waits_for_starts_that_are_under_way(lab: Lab) -> None:
    lab.aws.interceptor.add(Fault("StartTaskExecution", "gate"))
    call = asyncio.create_task(lab.runs.start(lab.task, BY))
    await at_the_gate(lab)
    closing = asyncio.create_task(lab.runs.__aexit__())
    lab.aws.interceptor.open_gate()
    await closing
    assert (await lab.note(await call)).started_by == BY


@KEYS
@pytest.mark.parametrize("after_the_effect", [False, True])
async def test_an_unexpected_error_neither_blocks_the_mover_nor_loses_its_run(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, key: IdempotencyKey | None, *, after_the_effect: bool
) -> None:
    plain = executions.start_run

    async def broken(*given: Any) -> str:
        if after_the_effect:
            await plain(*given)
        raise KeyError("TaskExecutionArn")

    with monkeypatch.context() as patch:
        patch.setattr("graph.runs.start.start_run", broken)
        if after_the_effect:
            run_arn = await lab.runs.start(lab.task, BY, key)
            assert (await lab.note(run_arn)).started_by == BY
        else:
            with pytest.raises(KeyError):
                await lab.runs.start(lab.task, BY, key)
    await lab.finish()
    again = await lab.runs.start(lab.task, BY, key)
    assert (again == run_arn) if after_the_effect and key else (await lab.read(again)).run_arn


@KEYS
async def test_a_start_whose_answer_was_lost_is_found(lab: Lab, key: IdempotencyKey | None) -> None:
    lab.aws.interceptor.add(Fault("StartTaskExecution", "lost"))
    run_arn = await lab.runs.start(lab.task, BY, key)
    assert [run.run_arn for run in await lab.runs.list_runs(lab.task)] == [run_arn]
    assert (await lab.note(run_arn)).started_by == BY


@KEYS
@pytest.mark.parametrize(
    ("fault", "error"),
    [("unsent", Upstream), ("denied", AccessDenied), ("throttle", Throttled), ("error", Upstream)],
)
async def test_a_start_that_fails_in_aws_blocks_no_other(
    lab: Lab, fault: str, error: type[ApiError], key: IdempotencyKey | None
) -> None:
    lab.aws.interceptor.add(Fault("StartTaskExecution", fault, count=20))
    with pytest.raises(error):
        await lab.runs.start(lab.task, BY, key)
    lab.aws.interceptor.clear()
    await lab.other.start(lab.task, "another")


@KEYS
@pytest.mark.parametrize("failures", [1, 3])
async def test_bookkeeping_that_fails_is_repeated_and_no_error_of_the_start(
    lab: Lab, failures: int, key: IdempotencyKey | None
) -> None:
    lab.records.failing["end_start"] = failures
    run_arn = await lab.runs.start(lab.task, BY, key)
    await lab.settled()
    assert (await lab.note(run_arn)).started_by == BY
    await lab.finish()
    assert await lab.runs.start(lab.task, BY) != run_arn


async def test_a_mover_can_be_started_as_soon_as_its_run_has_ended(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if AWS does not tell the last run of a task any more."""
    describing(monkeypatch, lambda task: task.pop("CurrentTaskExecutionArn"))
    for count in range(1, 4):
        await lab.runs.start(lab.task, BY)
        await lab.finish()
        assert lab.started() == count


async def test_a_task_that_still_looks_available_is_not_started_twice(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_arn = await lab.runs.start(lab.task, BY)
    describing(monkeypatch, lambda task: task.update(Status="AVAILABLE"))
    with pytest.raises(AlreadyRunning):
        await lab.other.start(lab.task, BY)
    await lab.finish()
    assert await lab.other.start(lab.task, BY) != run_arn
