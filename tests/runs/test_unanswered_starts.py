"""Starts that AWS does not answer: a late effect makes no second run, and has a record."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from graph.aws import executions
from graph.aws.client.gateway import Gateway, NotSent
from graph.model.errors import AlreadyRunning, Upstream, UpstreamTimeout
from graph.model.mover import Tag
from graph.model.overrides import RunOverrides
from graph.sandbox import Sandbox
from graph.store import IdempotencyKey
from tests.runs.lab import KEY, Lab, opened

KEYS = pytest.mark.parametrize("key", [None, KEY], ids=["without a key", "with a key"])
BY = "me for you"


def answered(status: int) -> ClientError:
    metadata = {"HTTPStatusCode": status}
    response: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": metadata}
    return ClientError(response, "StartTaskExecution")


def lost() -> UpstreamTimeout:
    """The error of a call that was sent and not answered."""
    error = UpstreamTimeout("AWS did not answer in time")
    error.__cause__ = TimeoutError()
    return error


@KEYS
@pytest.mark.parametrize("replica", ["same", "other"])
async def test_a_start_whose_effect_comes_late_makes_one_run(
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: IdempotencyKey | None,
    replica: str,
) -> None:
    """Its caller is told that it failed; the next one waits for what becomes of it.

    The connection was lost, and AWS executes the call only afterwards.
    """
    async with opened(aws, tmp_path, settle=60) as lab:
        plain, sent = executions.start_run, asyncio.Event()
        late: list[tuple[Gateway, str, Tag]] = []

        async def unanswered(
            gateway: Gateway, task_arn: str, mark: Tag, *own: RunOverrides | dict[str, str]
        ) -> str:
            if sent.is_set():
                return await plain(gateway, task_arn, mark, *own)  # type: ignore[arg-type]
            sent.set()
            late.append((gateway, task_arn, mark))
            raise lost()

        monkeypatch.setattr("graph.runs.start.start_run", unanswered)
        with pytest.raises(UpstreamTimeout):
            await lab.runs.start(lab.task, BY)
        runs = lab.runs if replica == "same" else lab.other
        next_one = asyncio.create_task(runs.start(lab.task, "another", key))
        await asyncio.sleep(0)
        run_arn = await plain(*late[0])
        with pytest.raises(AlreadyRunning):
            await next_one
        await lab.settled()
        assert [run.run_arn for run in await lab.runs.list_runs(lab.task)] == [run_arn]
        assert (await lab.note(run_arn)).started_by == BY


@pytest.mark.parametrize(
    ("cause", "held"),
    [
        (TimeoutError(), True),
        (ReadTimeoutError(endpoint_url="x"), True),
        (ResponseParserError("a page"), True),
        (ConnectTimeoutError(endpoint_url="x"), False),
        (EndpointConnectionError(endpoint_url="x"), False),
        (answered(500), True),
        (answered(502), True),
        (answered(504), True),
    ],
    ids=repr,
)
async def test_only_a_call_that_may_take_effect_keeps_its_claim(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, cause: Exception, *, held: bool
) -> None:
    async def fail(*_given: Any) -> str:
        raise Upstream("AWS failed") from cause

    with monkeypatch.context() as patch:
        patch.setattr("graph.runs.start.start_run", fail)
        with pytest.raises(Upstream):
            await lab.runs.start(lab.task, BY)
    claim = await lab.records.claim_start(lab.task, "mine")
    assert claim.mine is not held
    await lab.settled()
    assert (await lab.records.claim_start(lab.task, "later")).mine is held


async def test_a_start_that_never_left_is_in_nobodys_way(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_given: Any) -> str:
        raise NotSent("too many calls are in progress; try again")

    with monkeypatch.context() as patch:
        patch.setattr("graph.runs.start.start_run", never)
        with pytest.raises(NotSent):
            await lab.runs.start(lab.task, BY)
    await lab.other.start(lab.task, "another")
    assert lab.clock.slept == []
