"""Calls to AWS: each failure has its error, and none takes longer than it may."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway, NotSent
from graph.aws.client.served import Served
from graph.aws.client.slots import PER_CALLER
from graph.aws.executions import describe_run, list_runs
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task
from graph.model.errors import (
    AccessDenied,
    ApiError,
    Invalid,
    NotFound,
    Throttled,
    Upstream,
    UpstreamTimeout,
)
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import errors_of, list_tasks
from tests.operations.crash import all_standing
from tests.world import LAB, ORG, OTHER, ROLE


@pytest.fixture
async def hasty(aws: Sandbox, clients: Clients) -> AsyncIterator[Gateway]:
    """A gateway that waits a moment and no longer, with its first calls behind it."""
    for account in (LAB, OTHER):
        aws.role(account, ROLE, external_id="x-1")
    async with Gateway(clients, org=ORG, call_seconds=20) as gateway:
        for account in (LAB, OTHER):
            await list_tasks(gateway, account)
        gateway.call_seconds = 0.4
        aws.interceptor.forget_calls()
        yield gateway
        aws.interceptor.clear()


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("throttle", Throttled, "AWS throttles datasync:ListTasks"),
        ("error", Upstream, "AWS failed at datasync:ListTasks"),
        ("denied", AccessDenied, "AWS denies this server datasync:ListTasks in that account"),
        ("unsent", Upstream, "AWS could not be reached for datasync:ListTasks"),
        ("lost", Upstream, "AWS could not be reached for datasync:ListTasks"),
    ],
)
@pytest.mark.parametrize("name", ["ListTasks", "DeleteTask"])
async def test_each_failure_has_its_error_and_what_had_no_effect_is_repeated(  # noqa: PLR0913, PLR0917
    aws: Sandbox, gateway: Gateway, name: str, kind: str, error: type[ApiError], text: str
) -> None:
    async def call() -> object:
        if name == "ListTasks":
            return await list_tasks(gateway)
        arn = f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}"
        return await gateway.bind(LAB).call("datasync", Access.MANAGE, "delete_task", TaskArn=arn)

    aws.interceptor.add(Fault(name, kind, count=100))
    with pytest.raises(error) as caught:
        await call()
    assert type(caught.value) is error
    assert text.replace("ListTasks", name) in caught.value.message
    repeated = kind == "throttle" or (name == "ListTasks" and kind != "denied")
    assert aws.interceptor.counts()[f"datasync.{name}"] == (4 if repeated else 1)


async def test_a_read_survives_a_bad_moment(aws: Sandbox, gateway: Gateway) -> None:
    for kind in ("throttle", "error", "unsent", "lost"):
        aws.interceptor.add(Fault("ListTasks", kind, count=1))
        assert (await list_tasks(gateway))["Tasks"] == []


async def test_an_aws_that_is_not_there_is_told_at_once(
    aws: Sandbox, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        async with Gateway(clients, org=ORG) as gateway:
            errors = await errors_of(20, lambda: list_tasks(gateway))
    assert {str(error) for error in errors} == {
        "AWS could not be reached for sts:AssumeRole. Try again."
    }


async def test_a_server_without_credentials_says_so(
    aws: Sandbox, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    async with Gateway(clients, org=ORG) as gateway:
        with pytest.raises(Upstream, match="has no AWS credentials of its own"):
            await list_tasks(gateway)


async def test_an_aws_that_is_slow_is_not_waited_for(aws: Sandbox, hasty: Gateway) -> None:
    aws.interceptor.add(Fault("ListTasks", "slow", count=1, seconds=1_000))
    with pytest.raises(UpstreamTimeout, match="did not answer datasync:ListTasks in time"):
        await list_tasks(hasty)


async def test_a_slow_assume_role_is_not_waited_for(aws: Sandbox, hasty: Gateway) -> None:
    aws.interceptor.add(Fault("AssumeRole", "slow", count=100, seconds=1_000))
    errors = await errors_of(5, lambda: list_tasks(hasty, access=Access.RUN))
    assert {type(error) for error in errors} == {UpstreamTimeout}


async def test_the_wait_for_a_turn_counts_and_other_accounts_have_turns_of_their_own(
    aws: Sandbox, gateway: Gateway
) -> None:
    for account in (LAB, OTHER):
        await list_tasks(gateway, account)
    aws.interceptor.forget_calls()
    aws.interceptor.add(Fault("ListTasks", "gate", count=1_000, account=LAB))
    standing = [asyncio.create_task(list_tasks(gateway)) for _ in range(PER_CALLER)]
    for _ in range(5):
        await asyncio.sleep(0)  # all have their turn
    gateway.call_seconds = 0.1
    with pytest.raises(UpstreamTimeout, match=f"Too many calls to account {LAB}"):
        await list_tasks(gateway)
    gateway.call_seconds = 20
    assert (await list_tasks(gateway, OTHER))["Tasks"] == []
    aws.interceptor.clear()
    await asyncio.gather(*standing)
    assert aws.interceptor.counts()["datasync.ListTasks"] == PER_CALLER + 1


async def test_the_wait_for_a_turn_is_part_of_a_calls_time(aws: Sandbox, gateway: Gateway) -> None:
    aws.interceptor.add(Fault("ListTasks", "gate", count=1_000))
    holders = [asyncio.create_task(list_tasks(gateway)) for _ in range(PER_CALLER)]
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    gateway.call_seconds = 0.3
    assert {type(e) for e in await errors_of(35, lambda: list_tasks(gateway))} == {NotSent}
    (sent,) = await errors_of(1, lambda: list_tasks(gateway, OTHER))
    assert type(sent) is UpstreamTimeout
    aws.interceptor.clear()
    await asyncio.gather(*holders)
    assert aws.interceptor.counts()["datasync.ListTasks"] <= PER_CALLER + 1


async def test_who_reads_does_not_wait_behind_what_is_being_made(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("GetRole", "gate", count=1_000))
    changes = [
        asyncio.create_task(gateway.bind(LAB).call("iam", Access.MANAGE, "get_role", RoleName=ROLE))
        for _ in range(60)
    ]
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    assert (await list_tasks(gateway))["Tasks"] == []
    assert not any(change.done() for change in changes)
    aws.interceptor.clear()
    await asyncio.gather(*changes)


async def test_what_is_no_arn_of_aws_is_invalid_before_any_call(
    aws: Sandbox, gateway: Gateway
) -> None:
    for call in (describe_run, describe_task, tags_of, list_runs):
        with pytest.raises(Invalid, match="is not a valid ARN"):
            await call(gateway, "arn:nonsense")
    assert aws.interceptor.counts() == {}


def test_an_account_is_12_digits_and_one_that_is_allowed() -> None:
    from graph.aws.client.clients import Clients  # noqa: PLC0415 - never opened here

    clients = Clients(region="us-east-1", role="r", org=ORG, external_id=None)
    some = Gateway(clients, org=ORG, served=Served(frozenset([LAB])))
    assert some.served.account(LAB).account_id == LAB
    assert [account.account_id for account in some.served.listed()] == [LAB]
    with pytest.raises(NotFound, match="333333333333 is not known"):
        some.served.account("333333333333")
    with pytest.raises(Invalid):
        Gateway(clients, org=ORG).served.account("22222222222a")
