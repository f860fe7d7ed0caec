"""What tests of the gateway share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.sandbox import Sandbox
from tests.world import LAB


async def list_tasks(
    gateway: Gateway, account: str = LAB, access: Access = Access.READ
) -> dict[str, Any]:
    return await gateway.bind(account).call("datasync", access, "list_tasks")


async def at_the_gate(aws: Sandbox) -> None:
    """Returns when a call stands there."""
    assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 10)


def assumed(aws: Sandbox) -> int:
    """How many roles have been assumed."""
    return aws.interceptor.counts()["sts.AssumeRole"]


async def errors_of(count: int, call: Callable[[], Any]) -> list[BaseException]:
    """How a number of concurrent calls fail."""
    answers = await asyncio.gather(*(call() for _ in range(count)), return_exceptions=True)
    assert all(isinstance(answer, BaseException) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, BaseException)]
