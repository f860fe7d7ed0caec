"""Changes in progress are bounded, and no caller can have all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.history.audit import Audit, ChangeInProgress
from graph.model.audit import AuditAction, AuditTarget, Requester
from graph.model.errors import Throttled
from graph.store import open_store
from tests.stores import migrated_file

Change = asyncio.Task[str]


@pytest.fixture
async def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audit]:
    monkeypatch.setattr("graph.history.audit._UNDER_WAY", 20)
    async with (
        open_store(migrated_file(tmp_path / "db.sqlite")) as store,
        Audit(store.audit, keep_seconds=60) as opened,
    ):
        yield opened


async def request(
    audit: Audit, goes_on: asyncio.Event, key: str, user: str | None = None
) -> Change | Throttled:
    """A change that is in progress until it is told to go on, or why it was rejected."""

    async def change(_attempt: ChangeInProgress) -> str:
        await goes_on.wait()
        return "done"

    requester = Requester(key=key, on_behalf_of=user)
    attempt = ChangeInProgress(AuditAction.STOP_MOVER, requester, AuditTarget())
    task = asyncio.create_task(audit.carry_out(attempt, change, may_take_effect=False))
    await asyncio.sleep(0)
    error = task.exception() if task.done() else None
    return error if isinstance(error, Throttled) else task


@pytest.mark.parametrize("users", ["none", "one", "many"])
async def test_a_caller_that_floods_leaves_room_for_another(audit: Audit, users: str) -> None:
    goes_on = asyncio.Event()

    def user(number: int) -> str | None:
        return {"none": None, "one": "ada", "many": f"user-{number}"}[users]

    flood = [await request(audit, goes_on, "portal", user(number)) for number in range(40)]
    rejected = [each for each in flood if isinstance(each, Throttled)]
    assert len(rejected) >= 30
    assert {error.wait for error in rejected} == {5.0}
    honest = await request(audit, goes_on, "lab")
    assert not isinstance(honest, Throttled)
    goes_on.set()
    assert await honest == "done"
    for each in flood:
        if not isinstance(each, Throttled):
            assert await each == "done"
    after = await request(audit, goes_on, "portal", user(0))
    assert not isinstance(after, Throttled)
    assert await after == "done"


async def test_a_change_counts_until_its_end_even_if_its_client_has_left(audit: Audit) -> None:
    goes_on = asyncio.Event()
    for _ in range(10):
        change = await request(audit, goes_on, "lab")
        assert not isinstance(change, Throttled)
        change.cancel()
        with pytest.raises(asyncio.CancelledError):
            await change
    assert isinstance(await request(audit, goes_on, "lab"), Throttled)
    goes_on.set()
