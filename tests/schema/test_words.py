"""Enums of words: the same values, each with a description that does not repeat its name."""

from __future__ import annotations

import pytest
from graphql import GraphQLEnumType

from graph.app import graphql_schema
from graph.model import words

NAMES = {
    "MoverStatus": words.MoverStatus,
    "AgentStatus": words.AgentStatus,
    "RunStatus": words.RunStatus,
    "TaskMode": words.TaskMode,
    "NewTaskMode": words.NewTaskMode,
    "ScheduleStatus": words.ScheduleStatus,
    "ScheduleProblem": words.ScheduleProblem,
    "PhaseStatus": words.PhaseStatus,
    "LocationKind": words.LocationKind,
    "RunPhaseName": words.PhaseName,
    "EstimateBasis": words.EstimateBasis,
    "EventLevel": words.EventLevel,
    "FailureCode": words.FailureCode,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_word_is_returned_and_accepted_under_its_own_name(name: str) -> None:
    kind = graphql_schema().core.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    assert list(kind.values) == [member.name for member in NAMES[name]]
    for member in NAMES[name]:
        assert kind.serialize(member) == member.name
        assert kind.parse_value(member.name) == member


def test_every_enum_of_words_is_in_the_schema() -> None:
    ours = {
        kind for kind in vars(words).values() if getattr(kind, "__module__", "") == words.__name__
    }
    assert set(NAMES.values()) == ours
