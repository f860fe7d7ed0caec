"""States of runs as texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from graph.model.progress import measure
from graph.runs.watch.encoding import decode, encode
from graph.runs.watch.update import Update
from tests.runs.watch.deployment import described

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


def update() -> Update:
    run = described(
        "ERROR",
        moved=12,
        EndTime=NOW.astimezone(timezone(timedelta(hours=2))),
        Includes=[{"FilterType": "SIMPLE_PATTERN", "Value": "/é*"}],
        Result={"PrepareStatus": "SUCCESS", "ErrorCode": "X", "ErrorDetail": "why"},
        Options={"VerifyMode": "NONE"},
    )
    run = replace(run, cancelled=True)
    return Update(run, replace(measure(run, NOW), sequence=7, stalled_since=NOW))


def test_a_state_is_read_as_it_was_written() -> None:
    original = update()
    read = decode(encode(original))
    assert read == original
    assert read is not None
    assert read.run.described == original.run.described
    assert read.run.ended_at == NOW


def test_a_member_that_a_newer_version_adds_to_progress_is_left_out() -> None:
    value = orjson.loads(encode(update()))
    value["progress"]["mood"] = "good"
    assert decode(orjson.dumps(value).decode()) == update()


@pytest.mark.parametrize(
    ("member", "given"), [("version", 2), ("run", {}), ("progress", {}), ("cancelled", None)]
)
def test_what_another_version_has_encoded_otherwise_is_not_read(member: str, given: object) -> None:
    value = orjson.loads(encode(update()))
    value[member] = given
    if given is None:
        del value[member]
    assert decode(orjson.dumps(value).decode()) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "{"])
def test_any_other_text_is_not_read(text: str) -> None:
    assert decode(text) is None


def test_what_cannot_be_encoded_is_an_error() -> None:
    broken = Update(described(Odd=object()), measure(described(), NOW))
    with pytest.raises(TypeError):
        encode(broken)
