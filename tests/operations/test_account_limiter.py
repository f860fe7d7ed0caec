"""Slots per account: groups take turns, and an account that hangs does not block others."""

from __future__ import annotations

import asyncio

import pytest

from graph.operations.account_limiter import AccountLimiter
from tests.world import LAB, OTHER


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


@pytest.mark.parametrize(("per_account", "in_all"), [(1, 9), (9, 1)])
async def test_the_creates_of_one_group_delay_those_of_another_by_a_few_turns(
    per_account: int, in_all: int
) -> None:
    limiter, order = AccountLimiter(per_account=per_account, in_all=in_all), list[str]()

    async def work(group: str, caller: str) -> None:
        async with limiter.slot(LAB, group, caller):
            order.append(f"{group}-{caller}")
            await asyncio.sleep(0)

    flood = [work("lab", "one") for _ in range(150)]
    await asyncio.gather(*flood, work("lab", "two"), work("shop", "one"))
    assert order.index("shop-one") <= 4
    assert order.index("lab-two") <= 6


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
