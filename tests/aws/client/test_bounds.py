"""However slow AWS is, a call and a list come to their end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway, NotSent
from graph.model.errors import UpstreamTimeout
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import errors_of, list_tasks
from tests.operations.crash import all_standing
from tests.world import LAB, OTHER, ROLE


async def test_the_wait_for_a_turn_is_part_of_a_calls_time(aws: Sandbox, gateway: Gateway) -> None:
    aws.border.add(Fault("ListTasks", "gate", count=1_000))
    holders = [asyncio.create_task(list_tasks(gateway)) for _ in range(25)]
    assert await asyncio.to_thread(all_standing, aws, 25)
    gateway.call_seconds = 0.3
    assert {type(e) for e in await errors_of(35, lambda: list_tasks(gateway))} == {NotSent}
    (sent,) = await errors_of(1, lambda: list_tasks(gateway, OTHER))
    assert type(sent) is UpstreamTimeout
    aws.border.clear()
    await asyncio.gather(*holders)
    assert aws.border.counts()["datasync.ListTasks"] <= 26


async def test_who_reads_does_not_wait_behind_what_is_being_made(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.border.add(Fault("GetRole", "gate", count=1_000))
    changes = [
        asyncio.create_task(gateway.bind(LAB).call("iam", Access.MANAGE, "get_role", RoleName=ROLE))
        for _ in range(60)
    ]
    assert await asyncio.to_thread(all_standing, aws, 25)
    assert (await list_tasks(gateway))["Tasks"] == []
    assert not any(change.done() for change in changes)
    aws.border.clear()
    await asyncio.gather(*changes)


async def test_the_pages_of_a_list_have_one_deadline_together(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is quick enough by itself, and there is always one more."""
    loop, calls = asyncio.get_running_loop(), 0
    began = loop.time()
    # Time is the test's: it jumps by 19 seconds with each page.
    monkeypatch.setattr(loop, "time", lambda: began + 19 * calls)

    async def page(*_: object, **__: object) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return {"Tasks": [], "NextToken": str(calls)}

    monkeypatch.setattr(gateway, "send", page)
    with pytest.raises(UpstreamTimeout, match="AWS's list of Tasks takes too long"):
        async for _ in gateway.bind(LAB).pages(
            "datasync", "list_tasks", "Tasks", access=Access.READ
        ):
            pass
    assert calls == 4
