"""Whether an account lets the server in, without asking for anything in it."""

from __future__ import annotations

import pytest

from graph.aws.accounts import enter_account
from graph.aws.client.gateway import Gateway
from graph.concurrency import Usage, Work, begin_work
from graph.model.errors import NotFound, QuotaExceeded, UpstreamTimeout
from graph.sandbox import Fault, Sandbox
from tests.world import LAB, OTHER

STRANGER = "999999999999"


async def test_the_role_is_assumed_once_and_nothing_else_is_called(
    aws: Sandbox, gateway: Gateway
) -> None:
    for _ in range(3):
        await enter_account(gateway.bind(LAB))
    assert aws.interceptor.counts() == {"sts.AssumeRole": 1}


async def test_an_account_that_does_not_let_the_server_in_is_not_found(gateway: Gateway) -> None:
    for _ in range(2):
        with pytest.raises(NotFound, match=STRANGER):
            await enter_account(gateway.bind(STRANGER))


async def test_accounts_count_for_the_request(gateway: Gateway) -> None:
    begin_work(Work(("me", None, "r"), usage=Usage(10, 1)))
    await enter_account(gateway.bind(LAB))
    with pytest.raises(QuotaExceeded):
        await enter_account(gateway.bind(OTHER))


async def test_an_account_is_given_up_after_the_time_of_a_call(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("AssumeRole", "gate"))
    gateway.call_seconds = 0.2
    with pytest.raises(UpstreamTimeout, match="sts:AssumeRole"):
        await enter_account(gateway.bind(LAB))
    aws.interceptor.clear()


async def test_a_call_is_charged_only_for_credentials_that_have_to_be_fetched(
    gateway: Gateway,
) -> None:
    usage = Usage(1, 1)
    begin_work(Work(("me", None, "r"), usage=usage))
    for _ in range(2):
        await enter_account(gateway.bind(LAB))
    assert (usage.total, usage.accounts) == (1, {LAB})
