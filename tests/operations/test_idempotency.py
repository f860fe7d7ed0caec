"""Work for an idempotency key: however it ends, the key is settled or left to the next request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.concurrency import Bookkeeping
from graph.model.errors import Conflict, Forbidden, Upstream
from graph.operations.idempotency import Idempotency
from graph.store import IdempotencyKey, IdempotencyKeys, Store, open_store
from tests.runs.watch.held import HeldClock, settle
from tests.stores import migrated_file

KEY = IdempotencyKey.of("me", "k-1", "what")
REPLICA = "replica"


class Work:
    """Makes at most one thing, and fails in a way that a test chooses."""

    def __init__(self, error: BaseException | None = None, *, makes: bool = True) -> None:
        self.made: list[str] = []
        self.error, self.makes = error, makes

    async def __call__(self, mark: str) -> str:
        if self.makes:
            self.made.append(f"made for {mark}")
        if self.error is not None:
            raise self.error
        return self.made[-1]

    async def find(self, _mark: str) -> str | None:
        return self.made[-1] if self.made else None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        await store.replicas.beat(
            REPLICA
        )  # it lives: nothing is taken over because its holder is gone
        yield store


async def asked(
    store: Store, work: Work, clock: HeldClock | None = None, key: IdempotencyKey = KEY
) -> Any:
    books = Bookkeeping(clock or HeldClock())
    try:
        return await Idempotency(store.idempotency, REPLICA, books).run_once(
            key, work=work, find=work.find
        )
    finally:
        if clock is None:
            await books.aclose()


@pytest.mark.parametrize("error", [KeyError("x"), asyncio.CancelledError(), TimeoutError()])
@pytest.mark.parametrize("makes", [True, False])
async def test_after_any_other_end_the_next_request_looks_for_what_was_made(
    store: Store, error: BaseException, *, makes: bool
) -> None:
    broken = Work(error, makes=makes)
    with pytest.raises(type(error)):
        await asked(store, broken)
    broken.error, broken.makes = None, True
    result = await asked(store, broken)
    assert broken.made == [result]
    assert await asked(store, Work()) == result


async def test_a_lost_answer_is_looked_for_at_once(store: Store) -> None:
    lost = Work(Upstream("lost"))
    assert await asked(store, lost) == lost.made[0]


async def test_a_refusal_leaves_the_key_unused(store: Store) -> None:
    with pytest.raises(Forbidden):
        await asked(store, Work(Forbidden("no"), makes=False))
    assert await store.idempotency.find(KEY) is None
    other = IdempotencyKey(KEY.hashed, "another input")
    assert (await store.idempotency.claim(other, REPLICA)).mine


async def test_an_error_of_the_search_leaves_the_key_to_the_next_request(store: Store) -> None:
    work = Work(Upstream("lost"))
    plain = work.find

    async def denied(_mark: str) -> str | None:
        raise Forbidden("no")

    work.find = denied  # type: ignore[method-assign]
    with pytest.raises(Forbidden):
        await asked(store, work)
    work.find, work.error = plain, None  # type: ignore[method-assign]
    assert await asked(store, work) == work.made[0]
    assert len(work.made) == 1


@pytest.mark.parametrize("failures", [1, 4])
async def test_a_key_that_cannot_be_settled_at_once_is_settled_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    plain, clock, left = IdempotencyKeys.settle, HeldClock(), [None] * failures

    async def settle_key(keys: IdempotencyKeys, key: IdempotencyKey, result: str) -> None:
        if left:
            left.pop()
            raise Upstream("the server's store does not answer; try again")
        await plain(keys, key, result)

    monkeypatch.setattr(IdempotencyKeys, "settle", settle_key)
    work = Work()
    result = await asked(store, work, clock)
    assert result == work.made[0]
    while (answer := await store.idempotency.find(KEY)) is None:
        await clock.turn(60)
        await settle()
    assert answer.result == result


async def test_a_key_with_another_input_is_a_conflict(store: Store) -> None:
    await asked(store, Work())
    with pytest.raises(Conflict):
        await asked(store, Work(), key=IdempotencyKey(KEY.hashed, "another"))
