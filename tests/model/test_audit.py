"""Audit records: every value of theirs can be kept in the trail, and found there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

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
from graph.model.operation import OperationKind
from graph.model.window import Window
from graph.store import open_store
from tests.stores import migrated_file

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = AuditTarget(account_id="1", group="g", mover_name="one", resources=("a", "b"))


def record(action: AuditAction, phase: AuditPhase, surface: Surface = Surface.REST) -> AuditRecord:
    return AuditRecord(
        attempt=f"{action.value} {phase.value}",
        at=NOW,
        phase=phase,
        action=action,
        requester=Requester(key="k", request_id="r", origin=Origin(surface, None)),
        target=TARGET,
    )


@pytest.mark.parametrize("kind", OperationKind)
def test_every_kind_of_operation_is_an_action_whose_end_can_be_recorded(
    kind: OperationKind,
) -> None:
    assert AuditAction(kind.value).name == kind.name


async def test_every_action_and_phase_is_kept_and_found_by_its_filter(tmp_path: Path) -> None:
    given = [record(action, phase) for action in AuditAction for phase in AuditPhase]
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        trail = store.audit
        for each in given:
            await trail.append(each)
        page = await trail.page(AuditFilter(), Window(len(given) + 1))
        assert [entry.record for entry in page] == given[::-1]
        for action in AuditAction:
            for phase in AuditPhase:
                (found,) = await trail.page(AuditFilter(action=action, phase=phase), Window(9))
                assert found.record == record(action, phase)


@pytest.mark.parametrize("surface", Surface)
async def test_every_surface_is_kept(tmp_path: Path, surface: Surface) -> None:
    made = record(AuditAction.START_MOVER, AuditPhase.ACCEPTED, surface)
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        await store.audit.append(made)
        (entry,) = await store.audit.page(AuditFilter(), Window(9))
    assert entry.record == made
