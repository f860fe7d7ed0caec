"""Audit records on SQLite and PostgreSQL: whatever a caller sent is kept, until it is old."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

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
from graph.model.window import Window
from graph.store import Store
from graph.store.audit import row_of, write_line
from graph.store.tables import AUDIT

NOW = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)


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
    page = await store.audit.page(AuditFilter(**wanted), Window(100))
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
    await store.audit.append(written)
    assert await whole(store) == [written]


async def test_only_the_record_of_the_request_is_discarded(store: Store) -> None:
    requested, other = (replace(record(), phase=AuditPhase.REQUESTED, attempt=a) for a in "ab")
    for each in (requested, other, record()):
        await store.audit.append(each)
    await store.audit.discard(requested)
    assert await whole(store) == [record(), other]


@pytest.mark.parametrize(
    ("region", "home", "found"),
    [
        ("eu-west-1", "us-east-1", ["far"]),
        ("us-east-1", "us-east-1", ["home", "named"]),
        ("us-east-1", "eu-west-1", ["named"]),
        ("eu-west-1", "eu-west-1", ["home", "far"]),
        ("nowhere", "us-east-1", []),
        (None, "us-east-1", ["home", "far", "named", "unknown"]),
    ],
)
async def test_records_without_a_region_are_of_the_home_region_if_they_have_an_account(
    store: Store, region: str | None, home: str, found: list[str]
) -> None:
    await store.audit.append(record(account_id="1", mover_name="home"))
    await store.audit.append(record(account_id="1", region="eu-west-1", mover_name="far"))
    await store.audit.append(record(account_id="1", region="us-east-1", mover_name="named"))
    await store.audit.append(record(mover_name="unknown"))
    records = await whole(store, region=region, home_region=home)
    assert [each.target.mover_name for each in records] == found[::-1]


@pytest.mark.parametrize("text", ["\0", "a\nb", "\ud800", "é" * 10_000, "", "'; --", "\u202e"])
async def test_no_text_of_a_caller_keeps_a_record_out(store: Store, text: str) -> None:
    names = ("account_id", "group", "mover_name", "task_arn", "run_arn")
    await store.audit.append(record(NOW, **dict.fromkeys(names, text)))
    (read,) = await whole(store)
    for name in names:
        shown = getattr(read.target, name)
        assert len(shown) <= 256
        assert shown.isprintable()


@pytest.mark.parametrize("text", ["\0", "a\nb", "\ud800", "é" * 10_000, "", "'; --", "\u202e"])
async def test_no_arn_of_a_caller_keeps_a_record_out_or_breaks_the_log(
    store: Store, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    written = record(resources=(text, "arn:b"))
    await store.audit.append(written)
    write_line(written)
    (read,) = await whole(store)
    shown, other = read.target.resources
    assert len(shown) <= 2_048
    assert shown.isprintable()
    assert other == "arn:b"
    assert caplog.messages[-1].isprintable()


@pytest.mark.parametrize("column", ["action", "phase", "surface"])
async def test_a_record_with_a_word_of_a_newer_server_is_read_with_the_others(
    store: Store, column: str
) -> None:
    await store.audit.append(record())
    newer = row_of(record()) | {column: "NEWER"}
    await store.database.write(sa.insert(AUDIT), newer)
    newest, older = await whole(store)
    assert older == record()
    requester = newest.requester
    assert requester.origin is not None
    words = {"action": newest.action, "phase": newest.phase, "surface": requester.origin.surface}
    assert [name for name, word in words.items() if word.value == "OTHER"] == [column]


async def test_records_with_words_of_a_newer_server_are_found_as_other(store: Store) -> None:
    newer = row_of(record()) | {"action": "ARCHIVE_MOVER", "phase": "WITHDRAWN"}
    await store.audit.append(record())
    await store.database.write(sa.insert(AUDIT), newer)
    for wanted in ({"action": AuditAction.OTHER}, {"phase": AuditPhase.OTHER}):
        (found,) = await whole(store, **wanted)
        assert (found.action, found.phase) == (AuditAction.OTHER, AuditPhase.OTHER)


async def test_records_go_when_they_are_old_and_not_before(store: Store) -> None:
    trail, now = store.audit, datetime.now(UTC)
    for days in (402, 401, 399, 0):
        await trail.append(record(now - timedelta(days=days), mover_name=f"{days}"))
    assert await trail.forget(400 * 86_400) == 2
    assert await trail.forget(400 * 86_400) == 0
    assert [r.target.mover_name for r in await whole(store)] == ["0", "399"]
