"""A change is recorded before and after it is carried out, and the records change no answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.concurrency import TaskOwner
from graph.history.audit import Audit, ChangeInProgress
from graph.history.refusals import RefusalLimit
from graph.model.audit import (
    AuditAction,
    AuditFilter,
    AuditPhase,
    AuditRecord,
    AuditTarget,
    Origin,
    Requester,
    Surface,
)
from graph.model.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    NameTaken,
    Throttled,
    Upstream,
)
from graph.model.window import Window
from graph.observability.metrics import AUDIT_LEFT_OUT
from graph.store import AuditTrail, Store, open_store
from tests.stores import migrated_file


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as opened:
        yield opened


def attempt(**target: Any) -> ChangeInProgress:
    requester = Requester(key="k", request_id="r", origin=Origin(Surface.REST, "192.0.2.1"))
    return ChangeInProgress(AuditAction.STOP_MOVER, requester, AuditTarget(**target))


async def phases(store: Store) -> list[tuple[str, str | None]]:
    page = await store.audit.page(AuditFilter(), Window(100))
    return [(entry.record.phase.value, entry.record.error_code) for entry in page][::-1]


class FailingTrail(AuditTrail):
    """Refuses every record but those of the given phases."""

    def __init__(self, store: Store, *kept: AuditPhase, error: Exception) -> None:
        super().__init__(store.database)
        self._kept, self._error = kept, error

    async def append(self, record: AuditRecord) -> None:
        if record.phase not in self._kept:
            raise self._error
        await super().append(record)


@pytest.mark.parametrize(
    ("error", "recorded"),
    [
        (Forbidden("no"), ("REFUSED", "FORBIDDEN")),
        (Conflict("no"), ("REFUSED", "CONFLICT")),
        (AccessDenied("no"), ("FAILED", "ACCESS_DENIED")),
        (Upstream("no"), ("FAILED", "UPSTREAM")),
        (RuntimeError("no"), ("FAILED", "INTERNAL")),
    ],
)
async def test_each_kind_of_error_has_its_phase(
    store: Store, error: Exception, recorded: tuple[str, str]
) -> None:
    async def fail(_attempt: ChangeInProgress) -> None:
        raise error

    async with Audit(store.audit, keep_seconds=60) as audit:
        with pytest.raises(type(error)):
            await audit.carry_out(attempt(), fail, may_take_effect=True)
    assert await phases(store) == [("REQUESTED", None), recorded]


@pytest.mark.parametrize("error", [Upstream("away"), RuntimeError("broken")])
async def test_a_record_that_cannot_be_stored_afterwards_changes_no_answer(
    store: Store, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def succeed(_attempt: ChangeInProgress) -> str:
        return "done"

    async def refuse(_attempt: ChangeInProgress) -> None:
        raise Forbidden("no")

    trail = FailingTrail(store, AuditPhase.REQUESTED, error=error)
    async with Audit(trail, keep_seconds=60) as audit:
        assert await audit.carry_out(attempt(), succeed, may_take_effect=True) == "done"
        with pytest.raises(Forbidden):
            await audit.carry_out(attempt(), refuse, may_take_effect=False)
    assert "audit=ACCEPTED" in caplog.text
    assert "audit=REFUSED" in caplog.text


async def test_a_change_that_cannot_be_recorded_first_is_not_carried_out(store: Store) -> None:
    called = False

    async def change(_attempt: ChangeInProgress) -> None:
        nonlocal called
        called = True

    trail = FailingTrail(store, error=Upstream("away"))
    async with Audit(trail, keep_seconds=60) as audit:
        with pytest.raises(Upstream):
            await audit.carry_out(attempt(), change, may_take_effect=True)
    assert not called


async def test_a_change_whose_client_leaves_runs_to_its_end_and_is_recorded(store: Store) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def change(_attempt: ChangeInProgress) -> None:
        begun.set()
        await go_on.wait()

    async with Audit(store.audit, keep_seconds=60) as audit:
        work = audit.carry_out(attempt(), change, may_take_effect=True)
        client = asyncio.ensure_future(work)
        await begun.wait()
        client.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client
        assert await phases(store) == [("REQUESTED", None)]
        go_on.set()
    assert await phases(store) == [("REQUESTED", None), ("ACCEPTED", None)]


@pytest.mark.parametrize("cancelled", ["by its service", "by the audit", "by both"])
async def test_a_change_that_the_shutdown_cuts_off_has_failed_with_an_unknown_outcome(
    store: Store, monkeypatch: pytest.MonkeyPatch, cancelled: str
) -> None:
    """Services close first and cancel what they own; the audit cancels what is left."""
    monkeypatch.setattr("graph.history.audit._DRAIN_SECONDS", 0.01)
    owner, begun = TaskOwner(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def change(_attempt: ChangeInProgress) -> None:
        await (work() if cancelled == "by the audit" else owner.run(work()))

    async with Audit(store.audit, keep_seconds=60) as audit:
        client = asyncio.ensure_future(audit.carry_out(attempt(), change, may_take_effect=True))
        await begun.wait()
        if cancelled == "by its service":
            await owner.aclose(0)
    with pytest.raises(asyncio.CancelledError):
        await client
    await owner.aclose(0)
    assert await phases(store) == [("REQUESTED", None), ("FAILED", "INTERRUPTED")]


async def test_the_shutdown_does_not_fail_if_the_store_is_away(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("graph.history.audit._DRAIN_SECONDS", 0.01)
    begun = asyncio.Event()

    async def change(_attempt: ChangeInProgress) -> None:
        begun.set()
        await asyncio.Event().wait()

    trail = FailingTrail(store, AuditPhase.REQUESTED, error=Upstream("away"))
    async with Audit(trail, keep_seconds=60) as audit:
        client = asyncio.ensure_future(audit.carry_out(attempt(), change, may_take_effect=True))
        await begun.wait()
    with pytest.raises(asyncio.CancelledError):
        await client
    assert "audit=FAILED" in caplog.text
    assert "INTERRUPTED" in caplog.text


@pytest.mark.parametrize(
    ("error", "phase"),
    [
        (Forbidden("no"), "REFUSED"),
        (Invalid("no"), "REFUSED"),
        (NameTaken("no"), "REFUSED"),
        (Throttled("no"), "FAILED"),
        (AccessDenied("no"), "FAILED"),
    ],
)
@pytest.mark.parametrize("may_take_effect", [True, False])
async def test_a_flood_of_rejections_fills_the_log_and_not_the_table(
    store: Store,
    caplog: pytest.LogCaptureFixture,
    error: ApiError,
    phase: str,
    *,
    may_take_effect: bool,
) -> None:
    async def refuse(_attempt: ChangeInProgress) -> None:
        raise error

    caplog.set_level(logging.INFO, logger="graph.audit")
    left_out = AUDIT_LEFT_OUT._value.get()
    async with Audit(store.audit, keep_seconds=60) as audit:
        audit._refusals = RefusalLimit(lambda: 0.0, burst=3)
        for _ in range(10):
            with pytest.raises(type(error)):
                await audit.carry_out(attempt(), refuse, may_take_effect=may_take_effect)
    requested = [("REQUESTED", None)] if may_take_effect else []
    assert await phases(store) == [*requested, (phase, error.code)] * 3
    assert caplog.text.count(f"audit={phase}") == 10
    assert AUDIT_LEFT_OUT._value.get() == left_out + 7


async def test_what_may_have_taken_effect_is_recorded_however_often(store: Store) -> None:
    async def fail(_attempt: ChangeInProgress) -> None:
        raise Upstream("away")

    async with Audit(store.audit, keep_seconds=60) as audit:
        audit._refusals = RefusalLimit(lambda: 0.0, burst=1)
        for _ in range(3):
            with pytest.raises(Upstream):
                await audit.carry_out(attempt(), fail, may_take_effect=True)
    assert await phases(store) == [("REQUESTED", None), ("FAILED", "UPSTREAM")] * 3


@pytest.mark.parametrize("error", [Upstream("away"), RuntimeError("broken")])
async def test_a_request_that_cannot_be_discarded_changes_no_answer(
    store: Store,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def refuse(_attempt: ChangeInProgress) -> None:
        raise Conflict("no")

    async def fail(_record: AuditRecord) -> None:
        raise error

    monkeypatch.setattr(store.audit, "discard", fail)
    async with Audit(store.audit, keep_seconds=60) as audit:
        audit._refusals = RefusalLimit(lambda: 0.0, burst=0)
        with pytest.raises(Conflict):
            await audit.carry_out(attempt(), refuse, may_take_effect=True)
        for _ in range(2):
            await audit.carry_out(attempt(), _nothing, may_take_effect=True)
    assert (
        await phases(store)
        == [("REQUESTED", None)]
        + [
            ("REQUESTED", None),
            ("ACCEPTED", None),
        ]
        * 2
    )
    assert "was not discarded" in caplog.text


async def _nothing(_attempt: ChangeInProgress) -> None:
    return
