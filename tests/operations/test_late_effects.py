"""Calls whose effect comes late: after the process that sent them is gone, or has given them up.

Each operation works in an account of its own and has one call stand at a gate before its effect, so
that one interruption meets them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.operations.crash import all_standing, left
from tests.operations.proxy import Proxy
from tests.operations.stories import EFS_UNDONE, FROM_EFS, MADE, UNDONE, Story
from tests.stores import fresh_database
from tests.world import ask, ended, serving

NEVER = "300"
"""Seconds: longer than any test, so that no call is repeated."""
AT_ONCE = "0.05"


@dataclass(frozen=True)
class Late:
    """A call that takes effect late, and by which call its superfluous result is removed."""

    story: Story
    operation: str
    removed_by: str | None = None
    """None where the result is none too many, or AWS itself refuses the late call."""
    looked_for_by: str | None = None
    """The call by which a process that takes over looks for the result."""


MADE_LATE = (
    Late(MADE, "CreateLocationS3", "DeleteLocation", "ListLocations"),
    Late(FROM_EFS, "CreateLocationEfs", "DeleteLocation", "ListLocations"),
    Late(MADE, "CreateTask", "DeleteTask", "ListTasks"),
)
ONLY_AFTER = (
    Late(MADE, "CreateRole"),
    Late(UNDONE, "CreateRole", "DeleteRole"),
    Late(EFS_UNDONE, "CreateLocationEfs", "DeleteLocation", "ListLocations"),
)
Accounts = dict[str, Late]
Operations = dict[str, str]
"""The ids of the operations by account."""


def accounts(*lates: Late) -> Accounts:
    return {f"{700_000_000_000 + n}": late for n, late in enumerate(lates)}


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


async def accepted(aws: Sandbox, client: httpx.AsyncClient, where: Accounts) -> Operations:
    """Asks for all, and returns once each has its call at the gate."""
    operations = {}
    for account, late in where.items():
        variables = late.story.begin(aws, account)
        aws.interceptor.add(Fault(late.operation, "gate", account=account))
        payload = (await ask(client, late.story.mutation, **variables))["createMover"]
        operations[account] = payload["operation"]["id"]
    assert await asyncio.to_thread(all_standing, aws, len(where))
    return operations


def called(aws: Sandbox, account: str, operation: str | None) -> int:
    calls = aws.interceptor.calls()
    return sum(call.account == account and call.operation == operation for call in calls)


async def until(aws: Sandbox, met: Callable[[], bool]) -> None:
    assert await asyncio.to_thread(aws.interceptor.wait_until, met, 40)


@dataclass(frozen=True)
class When:
    """When the effects come, and what has to come of them."""

    where: Accounts
    settle: str
    """The setting, in seconds."""
    check: Callable[[Sandbox, httpx.AsyncClient, Accounts, Operations], Awaitable[None]]


async def check_within(
    aws: Sandbox, client: httpx.AsyncClient, where: Accounts, operations: Operations
) -> None:
    """They come while the results are looked for: then nothing is made twice."""
    looking = {account: late for account, late in where.items() if late.looked_for_by}
    await until(
        aws,
        lambda: all(called(aws, each, late.looked_for_by) for each, late in looking.items()),
    )
    aws.interceptor.clear()
    await check_ends(client, where, operations)
    for account, late in where.items():
        assert left(aws, account) == late.story.after, late
    for account, late in looking.items():
        assert called(aws, account, late.operation) == 0, late


async def check_after(
    aws: Sandbox, client: httpx.AsyncClient, where: Accounts, operations: Operations
) -> None:
    """They come after the end: what is too much then is removed soon."""
    await check_ends(client, where, operations)
    before = {a: called(aws, a, late.removed_by) for a, late in where.items()}
    aws.interceptor.clear()
    awaited = {account: late for account, late in where.items() if late.removed_by}
    await until(
        aws,
        lambda: all(
            called(aws, a, late.removed_by) > before[a] and left(aws, a) == late.story.after
            for a, late in awaited.items()
        ),
    )
    for account, late in where.items():
        assert left(aws, account) == late.story.after, late


async def check_ends(client: httpx.AsyncClient, where: Accounts, operations: Operations) -> None:
    ends = await asyncio.gather(*(ended(client, key) for key in operations.values()))
    for account, end in zip(operations, ends, strict=True):
        assert end["status"] == where[account].story.status, (where[account], end)


WHEN = {
    "within": When(accounts(*MADE_LATE), NEVER, check_within),
    "after": When(accounts(*MADE_LATE, *ONLY_AFTER), AT_ONCE, check_after),
}


@pytest.mark.timeout(150)
@pytest.mark.parametrize(
    ("stop", "when"),
    [("terminate", "within"), ("terminate", "after"), ("kill", "within")],
)
async def test_a_call_that_a_stopped_server_had_sent_makes_nothing_twice(
    aws: Sandbox, tmp_path: Path, stop: str, when: str
) -> None:
    chosen = WHEN[when]
    async with Server(aws, tmp_path, DRAIN_SECONDS="0") as server:
        async with server.client() as client:
            operations = await accepted(aws, client, chosen.where)
        await asyncio.to_thread(getattr(server, stop))
    aws.interceptor.forget_calls()
    async with (
        Server(aws, tmp_path, SETTLE_SECONDS=chosen.settle) as again,
        again.client() as client,
    ):
        await chosen.check(aws, client, chosen.where, operations)


@pytest.mark.timeout(150)
@pytest.mark.postgres
async def test_nor_where_another_server_takes_over(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    after = WHEN["after"]
    async with (
        Server(aws, tmp_path, database) as one,
        Server(aws, tmp_path, database, SETTLE_SECONDS=after.settle) as other,
        other.client() as client,
    ):
        async with one.client() as its_client:
            operations = await accepted(aws, its_client, after.where)
        one.kill()
        aws.interceptor.forget_calls()
        await after.check(aws, client, after.where, operations)


@pytest_asyncio.fixture
async def way(aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """To AWS, which does not notice when it is cut."""
    host, _, port = aws.endpoint.removeprefix("http://").partition(":")
    async with Proxy(host, int(port)) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{opened.port}")
        yield opened


@pytest.mark.timeout(150)
@pytest.mark.parametrize("when", WHEN.values(), ids=WHEN)
@pytest.mark.parametrize("unanswered", ["time-out", "lost connection"])
async def test_nor_a_call_that_was_not_answered(
    aws: Sandbox, tmp_path: Path, way: Proxy, unanswered: str, when: When
) -> None:
    seconds = 5 if unanswered == "time-out" else 100
    async with serving(tmp_path, settle_seconds=float(when.settle), call_seconds=seconds) as client:
        operations = await accepted(aws, client, when.where)
        aws.interceptor.forget_calls()
        if unanswered == "lost connection":
            way.cut()
            way.mend()
        await when.check(aws, client, when.where, operations)
