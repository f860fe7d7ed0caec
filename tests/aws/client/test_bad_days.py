"""An AWS that is down, slow, denies or throttles: an answer that says so, in time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.model.errors import AccessDenied, ApiError, Throttled, Upstream, UpstreamTimeout
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import errors_of, list_tasks
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
        aws.border.forget_calls()
        yield gateway
        aws.border.clear()


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("throttle", Throttled, "AWS asks to slow down (datasync:ListTasks)"),
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

    aws.border.add(Fault(name, kind, count=100))
    with pytest.raises(error) as caught:
        await call()
    assert type(caught.value) is error
    assert text.replace("ListTasks", name) in caught.value.message
    repeated = kind == "throttle" or (name == "ListTasks" and kind != "denied")
    assert aws.border.counts()[f"datasync.{name}"] == (4 if repeated else 1)


async def test_a_read_survives_a_bad_moment(aws: Sandbox, gateway: Gateway) -> None:
    for kind in ("throttle", "error", "unsent", "lost"):
        aws.border.add(Fault("ListTasks", kind, count=1))
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
        "AWS could not be reached for sts:AssumeRole; try again"
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
    aws.border.add(Fault("ListTasks", "slow", count=1, seconds=1_000))
    with pytest.raises(UpstreamTimeout, match="did not answer datasync:ListTasks in time"):
        await list_tasks(hasty)


async def test_a_slow_assume_role_is_not_waited_for(aws: Sandbox, hasty: Gateway) -> None:
    aws.border.add(Fault("AssumeRole", "slow", count=100, seconds=1_000))
    errors = await errors_of(5, lambda: list_tasks(hasty, access=Access.RUN))
    assert {type(error) for error in errors} == {UpstreamTimeout}


async def test_the_wait_for_a_turn_counts_and_other_accounts_have_turns_of_their_own(
    aws: Sandbox, gateway: Gateway
) -> None:
    for account in (LAB, OTHER):
        await list_tasks(gateway, account)
    aws.border.forget_calls()
    aws.border.add(Fault("ListTasks", "gate", count=1_000, account=LAB))
    standing = [asyncio.create_task(list_tasks(gateway)) for _ in range(25)]
    for _ in range(5):
        await asyncio.sleep(0)  # all have their turn
    gateway.call_seconds = 0.1
    with pytest.raises(UpstreamTimeout, match=f"too many calls to account {LAB}"):
        await list_tasks(gateway)
    gateway.call_seconds = 20
    assert (await list_tasks(gateway, OTHER))["Tasks"] == []
    aws.border.clear()
    await asyncio.gather(*standing)
    assert aws.border.counts()["datasync.ListTasks"] == 26


class Endless:
    """Clients whose every list has one more page."""

    region = "us-east-1"

    def __init__(self, *tokens: str) -> None:
        self._tokens, self.asked = tokens, 0

    async def get(self, *_: object) -> Endless:
        return self

    async def list_tasks(self, **_: object) -> dict[str, Any]:
        self.asked += 1
        token = self._tokens[self.asked % len(self._tokens)] if self._tokens else str(self.asked)
        return {"Tasks": [{}], "NextToken": token}


@pytest.mark.parametrize(("tokens", "asked"), [(("a",), 2), (("a", "b"), 200), ((), 200)])
async def test_a_list_without_an_end_is_an_error(tokens: tuple[str, ...], asked: int) -> None:
    endless = Endless(*tokens)
    gateway = Gateway(cast("Clients", endless), org=ORG)
    with pytest.raises(Upstream, match="list of Tasks does not come to an end"):
        [page async for page in gateway.bind(LAB).pages("datasync", "list_tasks", "Tasks")]
    assert endless.asked == asked


async def test_the_first_pages_of_a_list_can_be_enough() -> None:
    gateway = Gateway(cast("Clients", Endless()), org=ORG)
    pages = gateway.bind(LAB).pages("datasync", "list_tasks", "Tasks", most=3)
    assert len([page async for page in pages]) == 3
