"""kill -9 of a real server at every call to AWS: what was accepted ends all the same.

Each operation works in an account of its own and is stopped at a call of its own, before or after
that takes effect; one kill then meets them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from graph.sandbox import Sandbox
from tests.operations.crash import (
    DELETE,
    Point,
    all_ended,
    killed,
    left,
    lives,
    nowhere,
    points,
    send,
    stop_at,
)
from tests.server import Server
from tests.stores import fresh_database
from tests.world import CREATE, furnish, made, new_mover

Where = dict[str, Point]
Answers = dict[str, dict[str, Any] | None]

WHOLE: Final = (1, 2, 2)
NONE: Final = (0, 0, 0)


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


def accounts(stops: list[Point]) -> Where:
    """An account for each point, so that each operation is stopped there and nowhere else."""
    return {f"{500_000_000_000 + index}": point for index, point in enumerate(stops)}


async def creates(aws: Sandbox, server: Server, where: Where, *, fail: bool) -> Answers:
    """Asks for a mover in each account, and kills the server once each stands at its point."""
    async with server.client() as client:
        requests = {}
        for account, point in where.items():
            furnish(aws, account)
            stop_at(aws, account, point)
            given = new_mover(account=account)
            asked = send(client, CREATE, input=nowhere(given) if fail else given)
            requests[account] = asyncio.create_task(asked)
        return await killed(aws, server, requests)


async def deletes(aws: Sandbox, server: Server, where: Where) -> Answers:
    async with server.client() as client:
        for account in where:
            furnish(aws, account)
        movers = await asyncio.gather(*(made(client, account=account) for account in where))
        requests = {}
        for (account, point), mover in zip(where.items(), movers, strict=True):
            stop_at(aws, account, point)
            requests[account] = asyncio.create_task(send(client, DELETE, id=mover))
        return await killed(aws, server, requests)


@dataclass(frozen=True)
class Wanted:
    """How the operations of a kind have to end, and what is there then."""

    kind: str
    status: str
    recorded: tuple[int, int, int]
    """Tasks, locations and roles, of an operation that was recorded before the kill."""
    never: tuple[int, int, int]
    """Of one that was not."""


MADE: Final = Wanted("CREATE_MOVER", "COMPLETED", WHOLE, NONE)
UNDONE: Final = Wanted("CREATE_MOVER", "FAILED", NONE, NONE)
DELETED: Final = Wanted("DELETE_MOVER", "COMPLETED", NONE, WHOLE)


async def check(
    aws: Sandbox, server: Server, where: Where, answers: Answers, wanted: Wanted
) -> None:
    """Each has ended as it should, with exactly its parts; what was answered was recorded."""
    async with server.client() as client:
        ended = await all_ended(server.store_url, client, wanted.kind)
    assert {account for account, answer in answers.items() if answer is not None} <= ended.keys()
    for account, point in where.items():
        operation = ended.get(account)
        parts = wanted.recorded if operation else wanted.never
        found = (operation and operation["status"], left(aws, account))
        assert found == (operation and wanted.status, parts), (str(point), operation)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fail", [False, True], ids=["made", "undone"])
async def test_every_create_goes_on_when_the_server_starts_again(
    aws: Sandbox, tmp_path: Path, *, fail: bool
) -> None:
    life = await lives(aws, tmp_path / "undisturbed")
    where = accounts(points(life.failing if fail else life.create))
    async with Server(aws, tmp_path) as server:
        answers = await creates(aws, server, where, fail=fail)
    async with Server(aws, tmp_path) as again:
        await check(aws, again, where, answers, UNDONE if fail else MADE)


@pytest.mark.timeout(300)
async def test_every_delete_goes_on_when_the_server_starts_again(
    aws: Sandbox, tmp_path: Path
) -> None:
    life = await lives(aws, tmp_path / "undisturbed")
    where = accounts(points(life.delete))
    async with Server(aws, tmp_path) as server:
        answers = await deletes(aws, server, where)
    async with Server(aws, tmp_path) as again:
        await check(aws, again, where, answers, DELETED)


@pytest.mark.timeout(300)
@pytest.mark.postgres
@pytest.mark.parametrize("fail", [False, True], ids=["made", "undone"])
async def test_another_server_ends_every_create_of_one_that_never_returns(
    aws: Sandbox, tmp_path: Path, database: str, *, fail: bool
) -> None:
    life = await lives(aws, tmp_path / "undisturbed")
    where = accounts(points(life.failing if fail else life.create))
    async with Server(aws, tmp_path, database) as one, Server(aws, tmp_path, database) as other:
        answers = await creates(aws, one, where, fail=fail)
        await check(aws, other, where, answers, UNDONE if fail else MADE)


@pytest.mark.timeout(300)
@pytest.mark.postgres
async def test_another_server_ends_every_delete_of_one_that_never_returns(
    aws: Sandbox, tmp_path: Path, database: str
) -> None:
    life = await lives(aws, tmp_path / "undisturbed")
    where = accounts(points(life.delete))
    async with Server(aws, tmp_path, database) as one, Server(aws, tmp_path, database) as other:
        answers = await deletes(aws, one, where)
        await check(aws, other, where, answers, DELETED)
