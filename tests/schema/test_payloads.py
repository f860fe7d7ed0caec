"""Errors of payloads: what the caller can correct is data, everything else an error."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from graph.model import errors
from graph.model.errors import ApiError, Invalid, NotFound
from graph.model.orphan import Orphan, OrphanKind
from graph.resolvers.orphans import CleanupResult
from graph.schema.payloads import UserErrorCode, cleaned, user_error

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ApiError)
]
CORRECTABLE = [kind for kind in KINDS if kind.code in UserErrorCode.__members__]
OTHERS = [kind for kind in KINDS if kind not in CORRECTABLE]


def field() -> Any:
    """What a resolver knows of its field and its request."""
    return SimpleNamespace(field_name="startMover", context=SimpleNamespace(failures=Counter()))


def test_every_code_of_a_payload_is_that_of_an_error() -> None:
    assert {kind.code for kind in CORRECTABLE} == UserErrorCode.__members__.keys()


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_what_the_caller_can_correct_is_data_and_counted(kind: type[ApiError]) -> None:
    info = field()
    error = user_error(info, kind("this is wrong", path=("source", "s3")))
    assert (error.code.name, error.message) == (kind.code, "this is wrong")
    assert error.path == ["input", "source", "s3"]
    user_error(info, kind("again"))
    assert info.context.failures == {(kind.code, "startMover"): 2}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_the_caller_cannot_correct_is_raised_again(kind: type[ApiError]) -> None:
    info, error = field(), kind("a failure", path=("mover",))
    with pytest.raises(kind) as raised:
        user_error(info, error, about="mover")
    assert raised.value is error
    assert not info.context.failures


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_only_what_is_wrong_with_the_input_is_blamed_on_a_member(kind: type[ApiError]) -> None:
    blamed = issubclass(kind, Invalid | NotFound)
    assert user_error(field(), kind("m"), about="mover").path == (
        ["input", "mover"] if blamed else None
    )
    assert user_error(field(), kind("m", path=("key",)), about="mover").path == ["input", "key"]
    assert user_error(field(), kind("m")).path is None


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_cleanup_tells_what_was_found_removed_and_kept(dry_run: bool) -> None:  # noqa: FBT001
    found = tuple(
        Orphan(
            kind=OrphanKind.ROLE,
            arn=f"arn:{n}",
            uri=None,
            group="g",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            why="No location uses it.",
        )
        for n in range(3)
    )
    cleaning = CleanupResult(found=found, removed=found[:1], failures=(("arn:2", "in use"),))
    payload = cleaned(cleaning, dry_run=dry_run)
    assert payload.dry_run is dry_run
    assert [orphan.value for orphan in payload.orphans] == list(found)
    assert [orphan.value for orphan in payload.removed] == [found[0]]
    assert [(failure.arn, failure.message) for failure in payload.failures] == [("arn:2", "in use")]
    assert payload.errors == []
