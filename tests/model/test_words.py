"""AWS's words as enums: every word that the SDK knows, and OTHER for all that are to come."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.aws.client.service_models import datasync_model
from graph.locations import KINDS
from graph.model import errors, words
from graph.model.open_enum import OpenEnum

SHAPES = {
    "TaskStatus": words.MoverStatus,
    "TaskExecutionStatus": words.RunStatus,
    "TaskMode": words.TaskMode,
    "ScheduleStatus": words.ScheduleStatus,
    "PhaseStatus": words.PhaseStatus,
}
OPEN = [*SHAPES.values(), words.LocationKind, words.FailureCode]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_word_of_the_sdk_is_known(shape: str) -> None:
    model = datasync_model()
    known = set(SHAPES[shape].__members__)
    assert set(model.shape_for(shape).metadata["enum"]) <= known
    assert "OTHER" in known


def test_every_kind_of_location_is_known() -> None:
    assert set(words.LocationKind.__members__) == {*KINDS, "OTHER"}


@pytest.mark.parametrize("kind", OPEN)
@given(word=st.text() | st.sampled_from(sorted({w for kind in OPEN for w in kind.__members__})))
def test_any_word_is_a_member(kind: type[OpenEnum], word: str) -> None:
    assert kind(word).name == (word if word in kind.__members__ else "OTHER")


def test_every_code_that_an_error_can_have_is_a_code_of_a_failure() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.code for kind in kinds if issubclass(kind, errors.ApiError)}
    of_requests = {"UNAUTHENTICATED"}
    assert codes - of_requests <= set(words.FailureCode.__members__)


@pytest.mark.parametrize("kind", [words.PhaseName, words.EstimateBasis, words.EventLevel])
def test_words_of_the_server_are_complete(kind: type[Enum]) -> None:
    assert "OTHER" not in kind.__members__
    assert [kind(name) for name in kind.__members__] == list(kind)
