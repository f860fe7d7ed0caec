"""Commits whose answer is lost: looked up again, and never called lost where they may not be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import IdempotencyKey, Store, open_store
from graph.store.database import Database
from tests.store.operations import new_operation
from tests.stores import migrated_file

KEY = IdempotencyKey.of("me", "k-1", "what")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as opened:
        yield opened


def lost(*_: object) -> None:
    raise sa.exc.OperationalError("COMMIT", None, Exception("the connection is gone"))


async def unended(store: Store) -> list[str]:
    return [row.id for row in await store.operations.unended()]


async def test_an_operation_whose_commit_lost_its_answer_is_begun(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, real = new_operation(), Database._within
    answers = [True]

    def within(self: Database, work: Any, **more: Any) -> Any:
        result = real(self, work, **more)
        if answers and answers.pop():
            lost()
        return result

    monkeypatch.setattr(Database, "_within", within)
    begun = await store.operations.begin(given, KEY)
    assert (begun.operation_id, begun.operation is None, begun.recheck) == (
        given.id,
        False,
        True,
    )
    assert await unended(store) == [given.id]


async def test_one_whose_fate_cannot_be_looked_up_is_told_to_be_unknown(store: Store) -> None:
    sa.event.listen(store.database._opened(), "commit", lost)
    with pytest.raises(Upstream, match="may have accepted"):
        await store.operations.begin(new_operation(), KEY)
    sa.event.remove(store.database._opened(), "commit", lost)
    assert (await store.operations.begin(new_operation(), KEY)).operation is not None


async def test_one_that_was_never_sent_is_not_told_to_be_accepted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "_opened", lost)
    with pytest.raises(Upstream, match="store does not answer"):
        await store.operations.begin(new_operation(), KEY)


async def test_one_that_was_given_up_before_it_was_sent_is_never_committed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, late, real = threading.Event(), threading.Event(), Database._run
    left: list[asyncio.Task[Any]] = []

    def stands(*_: object) -> None:
        begun.set()
        late.wait(30)

    async def hasty(self: Database, *args: Any) -> Any:
        left.append(asyncio.create_task(real(self, *args)))
        assert await asyncio.to_thread(begun.wait, 20)
        raise Upstream("gave up")

    monkeypatch.setattr(Database, "_run", hasty)
    sa.event.listen(store.database._opened(), "begin", stands)
    with pytest.raises(Upstream, match="gave up"):
        await store.operations.begin(new_operation(), KEY)
    late.set()
    with pytest.raises(Upstream, match="abandoned"):
        await left[0]
    monkeypatch.undo()
    assert await unended(store) == []
