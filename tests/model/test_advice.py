"""Advice is a value, and leaves open what is not known."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from graph.model.advice import Advice, RunFailureClass, RunSide


def test_what_is_not_known_of_an_error_is_left_open() -> None:
    unknown = Advice(None, "AWS's words")
    assert (unknown.retryable, unknown.side, unknown.location_id, unknown.link) == (None,) * 4
    assert unknown.steps == ()


def test_advice_is_compared_by_value_and_cannot_be_changed() -> None:
    advice = Advice(RunFailureClass.OUT_OF_MEMORY, "cause", ("step",), retryable=False)
    assert advice == Advice(RunFailureClass.OUT_OF_MEMORY, "cause", ("step",), retryable=False)
    assert replace(advice, side=RunSide.SOURCE) != advice
    with pytest.raises(FrozenInstanceError):
        advice.cause = "another"  # type: ignore[misc]
