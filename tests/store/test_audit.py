"""Audit records on SQLite and PostgreSQL: whatever a caller sent is kept, until it is old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

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
from graph.store import AuditTrail, Store
from tests.store.test_store import values
from tests.stores import BOTH, store_url

NOW = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)


@pytest.fixture(params=BOTH)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    with store_url(request.param, tmp_path) as url:
        async with Store(url) as opened:
            yield opened


def record(at: datetime = NOW, **target: Any) -> AuditRecord:
    return AuditRecord(
        attempt="a",
        at=at,
        phase=AuditPhase.REFUSED,
        action=AuditAction.DELETE_MOVER,
        requester=Requester(
            key="k", on_behalf_of="ann", request_id="r", origin=Origin(Surface.REST, "192.0.2.1")
        ),
        target=AuditTarget(**target),
        error_code="NOT_FOUND",
    )


async def whole(store: Store, **wanted: Any) -> list[AuditRecord]:
    page = await AuditTrail(store).page(AuditFilter(**wanted), 100)
    return [entry.record for entry in page]


async def test_a_record_is_read_as_it_was_written(store: Store) -> None:
    written = record(
        account_id="1",
        group="g",
        mover_name="m",
        task_arn="t",
        run_arn="r",
        operation_id="o",
        resources=("a", "b"),
    )
    await AuditTrail(store).append(written)
    assert await whole(store) == [written]


@pytest.mark.parametrize("text", ["\0", "a\nb", "\ud800", "é" * 10_000, "", "'; --", "\u202e"])
async def test_no_text_of_a_caller_keeps_a_record_out(store: Store, text: str) -> None:
    names = ("account_id", "group", "mover_name", "task_arn", "run_arn")
    await AuditTrail(store).append(record(NOW, **dict.fromkeys(names, text)))
    (read,) = await whole(store)
    for name in names:
        shown = getattr(read.target, name)
        assert len(shown) <= 256
        assert shown.isprintable()


async def test_records_go_when_they_are_old_and_not_before(store: Store) -> None:
    trail, now = AuditTrail(store), datetime.now(UTC)
    for days in (402, 401, 399, 0):
        await trail.append(record(now - timedelta(days=days), mover_name=f"{days}"))
    assert await trail.forget(400 * 86_400) == 2
    assert await trail.forget(400 * 86_400) == 0
    assert [r.target.mover_name for r in await whole(store)] == ["0", "399"]


async def test_an_operation_that_many_end_at_once_is_recorded_once(store: Store) -> None:
    begun = await store.begin_operation(
        values(requested_key="key", on_behalf_of="ann", requested_by="key for ann")
    )
    ends = [store.end_operation(begun.operation_id, why) for why in ("why", None, "why", None)]
    await asyncio.gather(*ends)
    (end,) = await whole(store, operation_id=begun.operation_id)
    status = (await store.operation(begun.operation_id)).status
    assert end.phase.value == status
    assert (end.requester.key, end.requester.on_behalf_of) == ("key", "ann")
    assert (end.target.group, end.target.mover_name) == ("g", "one")


async def test_the_end_of_an_operation_of_an_older_version_names_who_asked(store: Store) -> None:
    begun = await store.begin_operation(values())
    await store.end_operation(begun.operation_id, None)
    (end,) = await whole(store)
    assert end.requester == Requester(key="me")


async def test_the_end_of_a_deletion_names_its_locations_and_roles(store: Store) -> None:
    begun = await store.begin_operation(values(kind="DELETE_MOVER", task_arn="t"))
    await store.set_parts(begun.operation_id, [("l1", "r"), ("l2", None), ("l1", "r")])
    await store.end_deletion(begun.operation_id)
    (end,) = await whole(store)
    assert end.target.resources == ("l1", "r", "l2")
