"""kill -9 of a real server at every call to AWS: what was accepted ends all the same.

Each operation works in an account of its own and is stopped at a call of its own, before or after
that takes effect; one kill then meets them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.operations.crash import Answers, Where, all_ended, killed, left, stops
from tests.operations.stories import (
    CANCELLED,
    DELETED,
    EFS_UNDONE,
    FILES_DELETED,
    FILES_UNDONE,
    FROM_EFS,
    MADE,
    OTHER_FILES,
    RESTORED,
    SECRET_UNDONE,
    SHARED,
    UNDONE,
    UPDATED,
    WITH_FILES,
    WITH_SECRET,
    Story,
)
from tests.stores import fresh_database

ALL: Final = {
    "made or cancelled": [MADE, CANCELLED],
    "undone": [UNDONE],
    "with EFS": [FROM_EFS, EFS_UNDONE],
    "deleted": [DELETED],
    "deleted beside another": [SHARED],
    "updated": [UPDATED, RESTORED],
    "with a secret": [WITH_SECRET, SECRET_UNDONE],
    "with files": [WITH_FILES, FILES_UNDONE, OTHER_FILES, FILES_DELETED],
}
"""Few enough together that each is at its point before a call is given up for lost."""
BY_ANOTHER: Final = {"made": [MADE], "undone": [UNDONE], "deleted": [DELETED]}


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


async def check(aws: Sandbox, server: Server, where: Where, answers: Answers) -> None:
    """Each has ended as it should, with exactly its parts; what was answered was recorded."""
    async with server.client() as client:
        ended = await all_ended(server.store_url, client)
    assert {account for account, answer in answers.items() if answer is not None} <= ended.keys()
    for account, stop in where.items():
        operation, story = ended.get(account), stop.story
        found = (operation and operation["status"], left(aws, account))
        wanted = (story.status, story.after) if operation else (None, story.never)
        assert found == wanted, (str(stop), operation)
        assert story.shows(account, operation is not None), (str(stop), operation)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("stories", ALL.values(), ids=ALL)
async def test_every_operation_goes_on_when_the_server_starts_again(
    aws: Sandbox, tmp_path: Path, stories: Sequence[Story]
) -> None:
    where = await stops(aws, tmp_path / "undisturbed", stories)
    async with Server(aws, tmp_path) as server:
        answers = await killed(aws, server, where)
    async with Server(aws, tmp_path) as again:
        await check(aws, again, where, answers)


@pytest.mark.timeout(300)
@pytest.mark.postgres
@pytest.mark.parametrize("stories", BY_ANOTHER.values(), ids=BY_ANOTHER)
async def test_another_server_ends_every_operation_of_one_that_never_returns(
    aws: Sandbox, tmp_path: Path, database: str, stories: Sequence[Story]
) -> None:
    where = await stops(aws, tmp_path / "undisturbed", stories)
    async with Server(aws, tmp_path, database) as one, Server(aws, tmp_path, database) as other:
        answers = await killed(aws, one, where)
        await check(aws, other, where, answers)
