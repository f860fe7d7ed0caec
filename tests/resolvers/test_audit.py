"""Who may read the audit trail, and of which accounts and groups."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.model.audit import (
    AuditAction,
    AuditFilter,
    AuditPhase,
    AuditRecord,
    AuditTarget,
    Requester,
)
from graph.model.errors import Forbidden
from graph.model.window import Window
from graph.resolvers.audit import list_audit
from tests.resolvers.lab import asking, opened
from tests.world import LAB, OTHER

PLACES: list[tuple[str | None, str | None]] = [(LAB, "g"), (LAB, "h"), (OTHER, "g"), (LAB, None)]
"""The account and group of each record, oldest first."""


ELSEWHERE = (LAB, "there")
"""The account and group of a record of another region."""


def record(place: tuple[str | None, str | None], region: str | None = None) -> AuditRecord:
    return AuditRecord(
        attempt="a",
        at=datetime.now(UTC),
        phase=AuditPhase.REQUESTED,
        action=AuditAction.START_MOVER,
        requester=Requester(key="k"),
        target=AuditTarget(account_id=place[0], group=place[1], region=region),
    )


SEEN: list[tuple[dict[str, Any], AuditFilter, list[tuple[str | None, str | None]]]] = [
    ({}, AuditFilter(), [*PLACES, ELSEWHERE, (None, None)]),
    ({"regions": frozenset({"us-east-1"})}, AuditFilter(), PLACES),
    ({"regions": frozenset({"eu-west-1"})}, AuditFilter(), [ELSEWHERE]),
    ({"regions": frozenset({"eu-west-1"})}, AuditFilter(group="g"), []),
    ({"groups": frozenset({"g"})}, AuditFilter(), [(LAB, "g"), (OTHER, "g")]),
    ({"accounts": frozenset({OTHER})}, AuditFilter(), [(OTHER, "g")]),
    ({"accounts": frozenset({LAB}), "groups": frozenset({"g"})}, AuditFilter(), [(LAB, "g")]),
    ({"accounts": frozenset({LAB})}, AuditFilter(group="there"), [ELSEWHERE]),
    ({"groups": frozenset({"g"})}, AuditFilter(group="h"), []),
    ({"accounts": frozenset({OTHER})}, AuditFilter(account_id=LAB), []),
    ({"groups": frozenset()}, AuditFilter(), []),
    (
        {"groups": frozenset({"g"})},
        AuditFilter(groups=None, accounts=frozenset({LAB, OTHER})),
        [(LAB, "g"), (OTHER, "g")],
    ),
]


@pytest.mark.parametrize(("rights", "wanted", "seen"), SEEN)
async def test_a_reader_sees_what_its_key_sees_whatever_it_filters_by(
    tmp_path: Path,
    rights: dict[str, Any],
    wanted: AuditFilter,
    seen: list[tuple[str | None, str | None]],
) -> None:
    async with opened(tmp_path) as services:
        for place in PLACES:
            await services.store.audit.append(record(place))
        await services.store.audit.append(record(ELSEWHERE, "eu-west-1"))
        await services.store.audit.append(record((None, None)))
        context = asking(services, may_audit=True, **rights)
        entries = await list_audit(context, wanted, Window(10))
    targets = [entry.record.target for entry in entries]
    assert [(target.account_id, target.group) for target in targets] == seen[::-1]


async def test_a_page_goes_on_below_its_cursor(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        for place in PLACES:
            await services.store.audit.append(record(place))
        context = asking(services, may_audit=True)
        first = await list_audit(context, AuditFilter(), Window(3))
        rest = await list_audit(context, AuditFilter(), Window(3, first[-1].sequence))
    groups = [entry.record.target.group for entry in (*first, *rest)]
    assert groups == [group for _, group in PLACES[::-1]]


@pytest.mark.parametrize("rights", [{}, {"may_write": True}, {"groups": frozenset({"g"})}])
async def test_a_key_without_the_right_reads_nothing(
    tmp_path: Path, rights: dict[str, Any]
) -> None:
    async with opened(tmp_path) as services:
        with pytest.raises(Forbidden, match="may not read the audit trail"):
            await list_audit(asking(services, **rights), AuditFilter(), Window(10))
