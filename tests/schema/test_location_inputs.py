"""Inputs of locations and the specifications that they are converted to."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from graph.locations import place_of
from graph.model.errors import Invalid
from graph.model.location_specs import ExistingSpec, HdfsSpec, LocationSpec, NameNodeSpec, NfsSpec
from graph.schema.location_inputs import LocationInput, spec_from
from tests.locations.samples import SPECS


def given(spec: LocationSpec) -> LocationInput:
    """The input that asks for it."""
    member = place_of(spec, "source")[1]
    name = "".join(f"_{each.lower()}" if each.isupper() else each for each in member)
    hint = get_type_hints(LocationInput)[name]
    return LocationInput(**{name: built(hint, spec)})


def built(hint: Any, value: Any) -> Any:
    (kind, *_) = [each for each in (*get_args(hint), hint) if is_dataclass(each)] or [hint]
    if isinstance(value, tuple):
        return [built(hint, item) for item in value]
    if not is_dataclass(value):
        return value
    hints = get_type_hints(kind)
    names = [field.name for field in fields(value)]
    made: Any = kind
    return made(**{name: built(hints[name], getattr(value, name)) for name in names})


@pytest.mark.parametrize("name", SPECS)
def test_an_input_becomes_the_specification_of_its_kind(name: str) -> None:
    assert spec_from(given(SPECS[name]), "source") == SPECS[name]


@pytest.mark.parametrize(
    ("spec", "path", "sentence"),
    [
        (
            HdfsSpec(
                name_nodes=(NameNodeSpec(hostname="h", port=1),) * 11,
                authentication_type="x",
                agent_arns=("x",),
            ),
            ("hdfs", "nameNodes"),
            "At most 10",
        ),
        (
            NfsSpec(server_hostname="h", subdirectory="/", agent_arns=("x",) * 9),
            ("nfs", "agentArns"),
            "At most 8",
        ),
        (
            NfsSpec(server_hostname="h", subdirectory="/", agent_arns=("x",)),
            ("nfs", "agentArns", "0"),
            "not a valid ARN",
        ),
        (ExistingSpec(location_arn="x"), ("existing", "locationArn"), "not a valid ARN"),
    ],
)
def test_lengths_and_arns_are_checked_on_the_way(
    spec: LocationSpec, path: tuple[str, ...], sentence: str
) -> None:
    """Lengths come first, so that a list of any length costs nothing."""
    with pytest.raises(Invalid, match=sentence) as caught:
        spec_from(given(spec), "source")
    assert caught.value.path == ("source", *path)


def test_an_input_without_a_kind_names_the_kinds() -> None:
    with pytest.raises(Invalid, match=r"'nfs'.*'existing'") as caught:
        spec_from(LocationInput(), "destination")
    assert caught.value.path == ("destination",)
