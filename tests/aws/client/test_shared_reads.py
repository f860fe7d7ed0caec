"""Reads that are shared while they are under way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.model.errors import NotFound, Upstream
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import at_the_gate, list_tasks
from tests.world import LAB


def shared(gateway: Gateway) -> asyncio.Task[Any]:
    return asyncio.create_task(gateway.bind(LAB).shared(("tasks",), lambda: list_tasks(gateway)))


async def test_equal_reads_share_a_call_and_the_first_who_asks_may_leave(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("ListTasks", "gate"))
    first, second = shared(gateway), shared(gateway)
    await at_the_gate(aws)
    first.cancel()
    third = shared(gateway)
    await asyncio.sleep(0)
    aws.interceptor.open_gate()
    assert (await second)["Tasks"] == (await third)["Tasks"] == []
    assert first.cancelled()
    assert aws.interceptor.counts()["datasync.ListTasks"] == 1
    assert len(gateway.reads) == 0


async def test_a_read_that_fails_fails_for_all_who_share_it_and_is_made_anew(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("ListTasks", "error", count=4))
    answers = await asyncio.gather(shared(gateway), shared(gateway), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Upstream, Upstream]
    assert (await shared(gateway))["Tasks"] == []


async def test_nobody_joins_a_read_that_began_before_a_change(
    aws: Sandbox, gateway: Gateway
) -> None:
    await list_tasks(gateway, access=Access.RUN)
    aws.interceptor.forget_calls()
    aws.interceptor.add(Fault("ListTasks", "gate-after"))
    before = shared(gateway)
    await at_the_gate(aws)
    with pytest.raises(NotFound):
        await gateway.bind(LAB).call(
            "datasync",
            Access.RUN,
            "start_task_execution",
            TaskArn=f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}",
        )
    after = shared(gateway)
    assert (await after)["Tasks"] == []
    assert not before.done()
    aws.interceptor.open_gate()
    assert (await before)["Tasks"] == []
    assert aws.interceptor.counts()["datasync.ListTasks"] == 2


async def read_outdated(gateway: Gateway, *, times: int = 1) -> list[Any]:
    gateway.reads.outdate()
    return await asyncio.gather(*(shared(gateway) for _ in range(times)))


async def test_an_event_joins_no_read_that_began_before_it(aws: Sandbox, gateway: Gateway) -> None:
    await list_tasks(gateway)
    aws.interceptor.forget_calls()
    aws.interceptor.add(Fault("ListTasks", "gate-after"))
    before = shared(gateway)
    await at_the_gate(aws)
    events = [asyncio.create_task(read_outdated(gateway, times=3)) for _ in range(4)]
    await asyncio.gather(*events)
    assert not before.done()
    aws.interceptor.open_gate()
    await before
    assert aws.interceptor.counts()["datasync.ListTasks"] == 2, "the events share a call"
    assert len(gateway.reads) == 0


async def test_what_a_read_reads_in_turn_is_no_older_than_itself(
    aws: Sandbox, gateway: Gateway
) -> None:
    await list_tasks(gateway)
    aws.interceptor.forget_calls()
    aws.interceptor.add(Fault("ListTasks", "gate-after"))
    before = shared(gateway)
    await at_the_gate(aws)

    async def outer() -> Any:
        return await shared(gateway)

    await gateway.bind(LAB).shared(("outer",), outer)
    assert not before.done()
    aws.interceptor.open_gate()
    await before
    assert aws.interceptor.counts()["datasync.ListTasks"] == 2


async def test_a_read_of_another_account_is_another_read(aws: Sandbox, gateway: Gateway) -> None:
    other = "333333333333"
    one, two = await asyncio.gather(
        shared(gateway),
        gateway.bind(other).shared(("tasks",), lambda: list_tasks(gateway, other)),
    )
    assert one["Tasks"] == two["Tasks"] == []
    assert aws.interceptor.counts()["datasync.ListTasks"] == 2


async def test_reads_under_way_end_with_the_gateway(aws: Sandbox, gateway: Gateway) -> None:
    aws.interceptor.add(Fault("ListTasks", "gate"))
    waiting = shared(gateway)
    await at_the_gate(aws)
    gateway.reads.forget(LAB)  # which does not end them
    async with asyncio.timeout(10):
        await gateway.__aexit__(None, None, None)
        with pytest.raises(asyncio.CancelledError):
            await waiting
    aws.interceptor.open_gate()


async def test_credentials_are_joined_from_every_read_however_it_is_nested(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("AssumeRole", "gate"))
    bound = gateway.bind(LAB)

    async def nested(depth: int) -> Any:
        if depth == 0:
            return await list_tasks(gateway)
        gateway.reads.outdate()
        return await bound.shared(("at", depth), lambda: nested(depth - 1))

    reads = [asyncio.create_task(nested(depth)) for depth in (0, 1, 2, 3)]
    await at_the_gate(aws)
    reads += [asyncio.create_task(nested(depth)) for depth in (0, 1, 2, 3)]
    await asyncio.sleep(0)
    aws.interceptor.open_gate()
    assert all(answer["Tasks"] == [] for answer in await asyncio.gather(*reads))
    assert aws.interceptor.counts()["sts.AssumeRole"] == 1
