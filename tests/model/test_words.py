"""AWS's words as enums: every word that the SDK knows, and OTHER for all that are to come."""

from __future__ import annotations

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.locations import KINDS
from graph.model import words

SHAPES = {
    "TaskStatus": words.MoverStatus,
    "TaskExecutionStatus": words.RunStatus,
    "TaskMode": words.TaskMode,
    "ScheduleStatus": words.ScheduleStatus,
    "PhaseStatus": words.PhaseStatus,
}
OPEN = [*SHAPES.values(), words.LocationKind]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_word_of_the_sdk_is_known(shape: str) -> None:
    model = botocore.session.get_session().get_service_model("datasync")
    known = set(SHAPES[shape].__members__)
    assert set(model.shape_for(shape).metadata["enum"]) <= known
    assert "OTHER" in known


def test_every_kind_of_location_is_known() -> None:
    assert set(words.LocationKind.__members__) == {*KINDS, "OTHER"}


@pytest.mark.parametrize("kind", OPEN)
@given(word=st.text() | st.sampled_from(sorted({w for kind in OPEN for w in kind.__members__})))
def test_any_word_is_a_member(kind: type[words.Word], word: str) -> None:
    assert kind.of(word).name == (word if word in kind.__members__ else "OTHER")


@pytest.mark.parametrize("kind", [words.PhaseName, words.EstimateBasis])
def test_words_of_the_server_are_complete(kind: type[words.Word]) -> None:
    assert "OTHER" not in kind.__members__
    assert [kind.of(name) for name in kind.__members__] == list(kind)
