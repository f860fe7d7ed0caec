"""The reason of a failure says what callers can act on, and nothing about the server."""

from __future__ import annotations

import logging

import pytest

from graph.model.errors import Invalid, Throttled
from graph.model.operation import OperationStep
from graph.operations.failures import BROKEN, PartError, failure_of, why_of


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Invalid("the bucket is missing"), "the bucket is missing"),
        (Throttled("rate exceeded"), "rate exceeded"),
        (PartError("datasync task", "no"), "failed to create datasync task: no"),
    ],
    ids=str,
)
def test_a_known_error_is_shown_and_not_logged(
    caplog: pytest.LogCaptureFixture, error: Exception, why: str
) -> None:
    assert why_of(error) == why
    assert caplog.records == []


@pytest.mark.parametrize("error", [KeyError("secret"), RuntimeError("secret")])
def test_an_unexpected_error_is_logged_and_not_shown(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    caplog.set_level(logging.ERROR)
    assert why_of(error) == BROKEN
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is error


@pytest.mark.parametrize(
    ("error", "code", "step"),
    [
        (Invalid("m"), "INVALID", None),
        (KeyError("m"), "INTERNAL", None),
        (PartError("datasync task", "m", "CONFLICT"), "CONFLICT", OperationStep.TASK),
        (PartError("source location", "m", "INVALID"), "INVALID", OperationStep.SOURCE),
        (PartError("destination location", "m"), None, OperationStep.DESTINATION),
        (PartError("something", "m"), None, None),
    ],
    ids=str,
)
def test_a_failure_has_the_code_of_its_error_and_the_step_of_its_part(
    error: Exception, code: str | None, step: OperationStep | None
) -> None:
    found = failure_of(error)
    assert (found.code, found.step) == (code, step)
    given = failure_of(error, OperationStep.ROLES)
    assert given.step == (step or OperationStep.ROLES)
    assert given.message == why_of(error)
