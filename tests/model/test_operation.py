"""Operations: when one has ended, and what of a create is never printed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph.model.location_specs import S3Spec
from graph.model.operation import (
    NewMover,
    Operation,
    OperationFailure,
    OperationKind,
    OperationStatus,
)
from tests.world import LAB


@pytest.mark.parametrize("status", OperationStatus)
@pytest.mark.parametrize("ended", [True, False])
def test_an_operation_has_ended_when_its_end_is_recorded_whatever_its_status(
    status: OperationStatus, *, ended: bool
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    operation = Operation(
        id="i",
        kind=OperationKind.CREATE_MOVER,
        status=status,
        account_id=LAB,
        group="g",
        mover_name="one",
        task_arn=None,
        events=(),
        failure=None,
        requested_by="me",
        created_at=at,
        updated_at=at,
        ended_at=at if ended else None,
    )
    assert operation.ended is ended


def test_a_log_line_with_a_new_mover_does_not_name_its_key() -> None:
    end = S3Spec(bucket_arn="arn:aws:s3:::lab")
    new = NewMover(
        account_id=LAB, group="g", name="one", source=end, destination=end, key_name="planted"
    )
    assert "planted" not in f"{new} {new!r}"
    assert "one" in repr(new)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("THROTTLED", True),
        ("UPSTREAM_TIMEOUT", True),
        ("INTERNAL", True),
        ("INVALID", False),
        ("ACCESS_DENIED", False),
        ("NAME_TAKEN", False),
        (None, False),
    ],
)
def test_a_failure_that_passes_by_itself_is_worth_a_repetition(
    code: str | None, *, expected: bool
) -> None:
    assert OperationFailure("why", code).is_retryable == expected
