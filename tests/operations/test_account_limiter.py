"""Many operations at once: few are worked on at a time, and nobody else waits for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.aws import locations
from graph.aws.client.gateway import NotSent
from graph.model.errors import UpstreamTimeout
from graph.operations.account_limiter import AccountLimiter
from graph.operations.runtime import runtime
from graph.sandbox import Fault, Sandbox
from tests.operations.crash import all_standing, left
from tests.world import CREATE, LAB, OPERATION, OTHER, ask, ended, furnish, made, new_mover, serving


async def created(client: httpx.AsyncClient, count: int) -> list[str]:
    """The ids of so many creates in one account, accepted at once."""
    answers = await asyncio.gather(
        *(ask(client, CREATE, input=new_mover(f"m-{index}")) for index in range(count))
    )
    return [answer["createMover"]["operation"]["id"] for answer in answers]


async def statuses(client: httpx.AsyncClient, ids: list[str]) -> list[str]:
    shown = [await ask(client, OPERATION, id=key) for key in ids]
    return sorted(answer["operation"]["status"] for answer in shown)


async def test_few_are_worked_on_at_a_time_and_the_others_wait_as_created(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in (LAB, OTHER):
        furnish(aws, account)
    aws.border.add(Fault("CreateRole", "gate", count=1_000, account=LAB))
    async with serving(tmp_path) as client:
        runtime().limiter._per_account = 2
        ids = await created(client, 6)
        assert await asyncio.to_thread(all_standing, aws, 4)
        assert await statuses(client, ids) == ["CREATED"] * 4 + ["RUNNING"] * 2
        await made(client, account=OTHER)
        aws.border.clear()
        shown = await asyncio.gather(*(ended(client, key) for key in ids))
        assert {operation["status"] for operation in shown} == {"COMPLETED"}, shown
    assert left(aws, LAB) == (6, 12, 12)


async def test_who_waits_for_a_turn_when_the_server_stops_goes_on_afterwards(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    aws.border.add(Fault("CreateRole", "gate", count=1_000))
    async with serving(tmp_path, drain_seconds=0) as client:
        runtime().limiter._per_account = 1
        ids = await created(client, 3)
        assert await asyncio.to_thread(all_standing, aws, 2)
    aws.border.clear()
    async with serving(tmp_path) as client:
        shown = await asyncio.gather(*(ended(client, key) for key in ids))
        assert {operation["status"] for operation in shown} == {"COMPLETED"}, shown
    assert left(aws, LAB) == (3, 6, 6)


@pytest.mark.parametrize(("error", "looks"), [(NotSent, False), (UpstreamTimeout, True)])
async def test_only_for_what_a_call_may_have_made_is_looked(
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[UpstreamTimeout],
    looks: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    furnish(aws, LAB)
    real, failures = locations.create_location, [error("too late"), error("too late")]

    async def late(*args: Any) -> str:
        if failures:
            raise failures.pop()
        return await real(*args)

    monkeypatch.setattr(locations, "create_location", late)
    async with serving(tmp_path) as client:
        await made(client)
    assert not failures
    assert (aws.border.counts()["datasync.ListLocations"] > 0) == looks
    assert left(aws, LAB) == (1, 2, 2)


async def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    limiter, order = AccountLimiter(per_account=1, in_all=3), list[str]()

    async def work(name: str, account: str) -> None:
        async with limiter.slot(account):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(
        *(work(f"a{index}", LAB) for index in range(3)), work("b0", OTHER), work("b1", OTHER)
    )
    assert order == ["a0", "b0", "a1", "b1", "a2"]
    assert len(limiter._accounts) == 0


async def test_an_account_that_hangs_keeps_no_other_waiting() -> None:
    limiter, hang = AccountLimiter(per_account=2, in_all=3), asyncio.Event()

    async def work(account: str) -> None:
        async with limiter.slot(account):
            await hang.wait()

    hanging = [asyncio.create_task(work(LAB)) for _ in range(9)]
    await asyncio.sleep(0)
    async with limiter.slot(OTHER):
        assert not hang.is_set()
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
