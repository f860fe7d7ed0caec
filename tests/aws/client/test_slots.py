"""Slots of an account: callers take turns, and none can hold or queue everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.client.slots import PER_CALLER
from graph.concurrency import Work, begin_work
from graph.model.errors import Throttled
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import list_tasks
from tests.operations.crash import all_standing
from tests.world import LAB

T = TypeVar("T")


def of(caller: str, call: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
    """A task that works for a caller."""
    context = copy_context()
    context.run(begin_work, Work((caller, None, "request")))
    return asyncio.create_task(call(), context=context)


async def test_calls_of_one_caller_that_hang_leave_slots_to_the_others(
    aws: Sandbox, gateway: Gateway
) -> None:
    await list_tasks(gateway)
    aws.interceptor.add(Fault("ListTasks", "gate", count=PER_CALLER))
    flood = [of("flood", lambda: list_tasks(gateway)) for _ in range(60)]
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    assert (await of("honest", lambda: list_tasks(gateway)))["Tasks"] == []
    assert not any(call.done() for call in flood)
    aws.interceptor.clear()
    await asyncio.gather(*flood)


async def test_a_caller_who_joins_a_read_does_not_wait_for_the_turns_of_its_first(
    aws: Sandbox, gateway: Gateway
) -> None:
    async def read() -> object:
        return await gateway.bind(LAB).shared(("tasks",), lambda: list_tasks(gateway))

    await list_tasks(gateway)
    aws.interceptor.add(Fault("ListTasks", "gate", count=PER_CALLER))
    flood = [of("flood", lambda: list_tasks(gateway)) for _ in range(60)]
    shared = of("flood", read)
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    assert not shared.done()
    await of("honest", read)
    assert not any(call.done() for call in flood)
    aws.interceptor.clear()
    await asyncio.gather(shared, *flood)


async def test_what_one_caller_has_waiting_is_bounded(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, aws: Sandbox
) -> None:
    monkeypatch.setattr("graph.aws.client.slots._WAITING", 30)
    await list_tasks(gateway)
    aws.interceptor.add(Fault("ListTasks", "gate", count=1_000))
    flood = [of("flood", lambda: list_tasks(gateway)) for _ in range(PER_CALLER + 40)]
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    refused = [call for call in flood if call.done()]
    assert len(refused) == 10
    assert {type(call.exception()) for call in refused} == {Throttled}
    waiting = of("honest", lambda: list_tasks(gateway))
    aws.interceptor.clear()
    assert (await waiting)["Tasks"] == []
    await asyncio.gather(*flood, return_exceptions=True)
