"""The input of overrides: each option of DataSync, by its name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from botocore import xform_name

from graph.aws.client.service_models import datasync_model
from graph.model.errors import Invalid, InvalidReason
from graph.model.overrides import NO_OVERRIDES
from graph.schema.override_inputs import RunOverridesInput, TransferOptionsInput, run_overrides
from graph.task_settings.rules import WORDS

OPTIONS: Any = datasync_model().shape_for("Options").members


def test_every_option_has_a_field() -> None:
    assert {each.name for each in fields(TransferOptionsInput)} == {xform_name(n) for n in OPTIONS}


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_is_sent_by_its_name_and_alone(name: str) -> None:
    value: Any = WORDS[name][-1] if name in WORDS else 2**40
    options = TransferOptionsInput(**{xform_name(name): value})
    assert run_overrides(RunOverridesInput(options=options)).options == {name: value}


@pytest.mark.parametrize("given", [None, RunOverridesInput()])
def test_without_anything_there_are_no_overrides(given: RunOverridesInput | None) -> None:
    assert run_overrides(given) == NO_OVERRIDES


@pytest.mark.parametrize("name", ["includes", "excludes"])
@pytest.mark.parametrize(
    ("patterns", "reason"),
    [([], InvalidReason.MISSING), (["/a"] * 10_001, InvalidReason.TOO_LONG)],
)
def test_a_filter_has_patterns_and_not_too_many(
    name: str, patterns: list[str], reason: InvalidReason
) -> None:
    with pytest.raises(Invalid) as caught:
        run_overrides(RunOverridesInput(**{name: patterns}))  # type: ignore[arg-type]
    assert (caught.value.path, caught.value.reason) == (("overrides", name), reason)
