"""Operations: when one has ended, and what of a create is never printed."""

from __future__ import annotations

import pytest

from graph.model.location import S3Spec
from graph.model.operation import NewMover, OperationStatus
from tests.world import LAB


@pytest.mark.parametrize("status", OperationStatus)
def test_an_operation_that_is_neither_waiting_nor_running_has_ended(
    status: OperationStatus,
) -> None:
    going = {OperationStatus.CREATED, OperationStatus.RUNNING}
    assert status.ended is (status not in going)


def test_a_log_line_with_a_new_mover_does_not_name_its_key() -> None:
    end = S3Spec(bucket_arn="arn:aws:s3:::lab")
    new = NewMover(
        account_id=LAB, group="g", name="one", source=end, destination=end, key_name="planted"
    )
    assert "planted" not in f"{new} {new!r}"
    assert "one" in repr(new)
