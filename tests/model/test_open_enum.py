"""Enums whose values come from newer servers or from AWS: one that is not known is no error."""

from __future__ import annotations

import pytest

from graph.model import audit, operation, words
from graph.model.open_enum import OpenEnum

STORED = (
    *(audit.AuditAction, audit.AuditPhase, audit.Surface),
    *(operation.OperationKind, operation.OperationStatus, operation.OperationStep),
    words.FailureCode,
)
OF_AWS = (
    *(words.MoverStatus, words.RunStatus, words.TaskMode, words.AgentStatus),
    *(words.ScheduleStatus, words.PhaseStatus, words.LocationKind),
)
OPEN = (*STORED, *OF_AWS)


@pytest.mark.parametrize("kind", OPEN)
@pytest.mark.parametrize("word", ["NEWER", "", "other", "é"])
def test_a_value_that_is_not_known_is_other(kind: type[OpenEnum], word: str) -> None:
    assert kind(word).name == "OTHER"
    assert word not in kind.known_values()


@pytest.mark.parametrize("kind", OPEN)
def test_a_value_that_is_known_is_its_own_member(kind: type[OpenEnum]) -> None:
    known = [member for member in kind if member.name != "OTHER"]
    assert known
    assert [kind(member.value) for member in known] == known
    assert kind.known_values() == {member.value for member in known}


@pytest.mark.parametrize("kind", OPEN)
def test_what_is_no_text_is_an_error(kind: type[OpenEnum]) -> None:
    with pytest.raises(ValueError, match="None is not a valid"):
        kind(None)


def test_every_open_enum_is_tested_here() -> None:
    ours = {kind for kind in OpenEnum.__subclasses__() if kind.__module__.startswith("graph.")}
    assert ours == set(OPEN)
