"""What the server needs in an account is tried one by one."""

from __future__ import annotations

import pytest

from graph.aws.check import check_account, check_server
from graph.aws.client.gateway import Gateway
from graph.sandbox import Fault, Sandbox
from tests.leftover import location, role, task
from tests.world import LAB

ATTEMPTS = ["assume role", "list tasks", "read tags", "list roles", "quota"]


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        (None, "1 tasks; TASK_QUOTA is not set, so AWS's quota is not known"),
        (2, "1 of 2 tasks are used"),
        (1, "1 of 1 tasks are used: creates are rejected"),
    ],
)
async def test_a_quota_needs_room_for_another_task(
    aws: Sandbox, gateway: Gateway, quota: int | None, said: str
) -> None:
    aws.bucket(LAB, f"from-{LAB}", {})
    end = location(role("r"))
    task(end, end)
    found = [each async for each in check_account(gateway.bind(LAB), quota)]
    assert [each.what for each in found] == ATTEMPTS
    assert [each.succeeded for each in found] == [True] * 4 + [quota != 1]
    assert found[-1].detail == said


async def test_an_account_that_refuses_is_not_tried_further(gateway: Gateway) -> None:
    (found,) = [each async for each in check_account(gateway.bind("444444444444"), None)]
    assert (found.what, found.succeeded) == ("assume role", False)


async def test_a_sts_that_fails_is_quoted(aws: Sandbox, gateway: Gateway) -> None:
    assert (await check_server(gateway)).succeeded
    aws.interceptor.add(Fault("GetCallerIdentity", "denied"))
    found = await check_server(gateway)
    assert not found.succeeded
    assert found.detail.startswith("AccessDenied")
