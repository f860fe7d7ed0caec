"""Inputs of operations as they are stored: data alone, readable by later releases."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.location_specs import EfsSpec, S3Spec
from graph.model.mover import Tag
from graph.model.operation import NewMover
from graph.operations.inputs import (
    CreateInput,
    DeleteInput,
    Input,
    NewerInput,
    UnreadableInput,
    decode,
    encode,
    fingerprint,
    trace_of,
)

RELEASED = Path(__file__).parent / "released" / "store.sql"

texts = st.text(max_size=20)
maybe = st.none() | texts
s3 = st.builds(S3Spec, bucket_arn=texts, subdirectory=maybe, storage_class=maybe)
efs = st.builds(
    EfsSpec,
    filesystem_arn=texts,
    subnet_arn=texts,
    security_group_arns=st.lists(texts, max_size=5).map(tuple),
    subdirectory=maybe,
)
movers = st.builds(
    NewMover,
    account_id=texts,
    group=texts,
    name=texts,
    source=s3 | efs,
    destination=s3 | efs,
    tags=st.lists(st.builds(Tag, texts, texts), max_size=3).map(tuple),
    key_name=maybe,
)
parts = st.none() | st.lists(st.tuples(texts, maybe), max_size=3)
inputs = st.builds(CreateInput, movers) | st.builds(DeleteInput, texts, maybe, parts)


@given(inputs, maybe)
def test_the_trace_is_beside_what_was_asked(given: Input, trace: str | None) -> None:
    stored = encode(given, trace)
    assert decode(stored) == given
    assert trace_of(stored) == trace
    assert trace_of(encode(given)) is None  # as an earlier release stored it


@given(inputs)
def test_what_is_stored_is_json_and_read_as_it_was(given: Input) -> None:
    stored = encode(given)
    assert json.loads(stored)["version"] == 1
    assert decode(stored) == given


def test_a_region_is_stored_in_a_version_that_earlier_releases_leave_alone() -> None:
    spec = S3Spec(bucket_arn="b")
    home = NewMover(account_id="1", group="g", name="n", source=spec, destination=spec)
    far = replace(home, region="eu-west-1")
    stored = encode(CreateInput(far))
    assert json.loads(stored)["version"] == 4
    assert decode(stored) == CreateInput(far)
    assert b"region" not in encode(CreateInput(home))
    assert fingerprint(far) != fingerprint(home)
    assert "region" not in fingerprint(home)


def test_it_names_no_class_and_no_module() -> None:
    """So that a class may be renamed or moved while operations are in flight."""
    ends = (
        S3Spec(bucket_arn="b"),
        EfsSpec(filesystem_arn="f", subnet_arn="s", security_group_arns=("g",)),
    )
    new = NewMover(
        account_id="1",
        group="g",
        name="n",
        source=ends[0],
        destination=ends[1],
        tags=(Tag("a", "b"),),
    )
    stored = encode(CreateInput(new)) + encode(DeleteInput("t"))
    named = {NewMover, S3Spec, EfsSpec, Tag, CreateInput, DeleteInput}
    names = {kind.__name__ for kind in named} | {"graph"}
    assert not [name for name in names if name.encode() in stored]


def test_a_newer_version_is_told_from_damage() -> None:
    with pytest.raises(NewerInput):
        decode(b'{"version": 5, "create": {}}')


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"version": 0}',
        b'{"version": "1"}',
        b'{"version": 1}',
        b'{"version": 1, "create": null}',
        b'{"version": 1, "create": {"account_id": 1}}',
        b'{"version": 1, "delete": {"task_arn": 1, "cancelled_by": null, "parts": null}}',
        b"[" * 100_000,
    ],
)
def test_what_no_release_has_written_is_refused(stored: bytes) -> None:
    with pytest.raises(UnreadableInput):
        decode(stored)


@given(st.binary(max_size=60))
def test_whatever_the_bytes_are_reading_them_ends(stored: bytes) -> None:
    for each in (stored, b"\x80\x04" + stored):
        try:
            decode(each)
        except (UnreadableInput, NewerInput):
            continue


def released_rows() -> dict[str, bytes]:
    """The stored inputs of the first release, by account."""
    database = sqlite3.connect(":memory:")
    database.executescript(RELEASED.read_text())
    rows = database.execute("SELECT account_id, input FROM operations WHERE ended_at IS NULL")
    return dict(rows.fetchall())


def test_rows_of_the_first_release_are_read() -> None:
    rows = {account[-1]: decode(stored) for account, stored in released_rows().items()}
    first, efs_one = rows["0"], rows["1"]
    assert isinstance(first, CreateInput)
    assert first.new == NewMover(
        account_id="300000000000",
        group="g",
        name="one",
        source=S3Spec(
            bucket_arn="arn:aws:s3:::from-300000000000",
            subdirectory="/a b",
            storage_class="STANDARD_IA",
        ),
        destination=S3Spec(bucket_arn="arn:aws:s3:::to-300000000000"),
        tags=(Tag("cost", "42"), Tag("Who", "me @ home")),
    )
    assert isinstance(efs_one, CreateInput)
    assert isinstance(efs_one.new.source, EfsSpec)
    assert [arn.rpartition("/")[2] for arn in efs_one.new.source.security_group_arns] == [
        "sg-0123abcd",
        "sg-4567",
    ]
    plain, again, cancelling = rows["2"], rows["3"], rows["5"]
    assert isinstance(plain, DeleteInput)
    assert (plain.cancelled_by, plain.parts) == (None, None)
    assert isinstance(again, DeleteInput)
    assert again.parts is not None
    assert len(again.parts) == 2
    assert isinstance(cancelling, DeleteInput)
    assert cancelling.cancelled_by == "default"


def test_the_fingerprint_is_the_text_that_the_first_release_stored() -> None:
    new = decode(released_rows()["300000000000"])
    assert isinstance(new, CreateInput)
    assert fingerprint(new.new) == (
        "NewMover(account_id='300000000000', group='g', name='one', "
        "source=S3Spec(bucket_arn='arn:aws:s3:::from-300000000000', subdirectory='/a b', "
        "storage_class='STANDARD_IA'), "
        "destination=S3Spec(bucket_arn='arn:aws:s3:::to-300000000000', subdirectory=None, "
        "storage_class=None), tags=(Tag(key='cost', value='42'), "
        "Tag(key='Who', value='me @ home')))"
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_shows_tags_as_a_tuple_shows_itself(count: int) -> None:
    new = decode(released_rows()["300000000000"])
    assert isinstance(new, CreateInput)
    tags = tuple(Tag(f"k{number}", "v") for number in range(count))
    shown = fingerprint(replace(new.new, tags=tags)).partition(", tags=")[2]
    assert shown == f"{tags!r})"
