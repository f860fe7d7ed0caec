"""What was asked of an update is stored as data, and read as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.change import MoverChange, MoverSetting
from graph.model.mover import Tag
from graph.model.task_files import ManifestSpec, ReportSpec
from graph.operations.inputs import UnreadableInput, decode, encode
from graph.operations.update_inputs import UpdateInput

texts = st.text(max_size=10)
maybe = st.none() | texts
many = st.lists(texts, max_size=3).map(tuple)
changes = st.builds(
    MoverChange,
    name=maybe,
    tags=st.none() | st.lists(st.builds(Tag, texts, texts), max_size=3).map(tuple),
    options=st.dictionaries(texts, texts | st.integers(), max_size=3),
    includes=many,
    excludes=many,
    expression=maybe,
    enabled=st.none() | st.booleans(),
    log_group_arn=maybe,
    clear=st.frozensets(st.sampled_from(MoverSetting)),
    if_unchanged_since=maybe,
    manifest=st.none() | st.builds(ManifestSpec, bucket_arn=texts, path=texts),
    report=st.none() | st.builds(ReportSpec, bucket_arn=texts, subdirectory=maybe),
)


@given(st.builds(UpdateInput, texts, changes))
def test_what_is_stored_is_read_as_it_was(asked: UpdateInput) -> None:
    stored = encode(asked)
    assert decode(stored) == asked
    # Servers that would leave a part of it out leave it to others.
    has_files = asked.change.manifest or asked.change.report
    assert json.loads(stored)["version"] == (3 if has_files else 2)


@pytest.mark.parametrize("damage", [{"clear": ["NOTHING"]}, {"tags": [1]}, {"options": 1}])
def test_what_is_damaged_is_not_carried_out(damage: dict[str, object]) -> None:
    stored = json.loads(encode(UpdateInput("t", MoverChange(name="n"))))
    stored["update"] |= damage
    with pytest.raises(UnreadableInput):
        decode(json.dumps(stored).encode())
