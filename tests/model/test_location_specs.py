"""Specifications of locations."""

from __future__ import annotations

from typing import get_args

from graph.locations import CHOICES
from graph.model.location_specs import LocationSpec


def test_every_specification_can_be_asked_for() -> None:
    assert set(get_args(LocationSpec)) == {creation.spec for creation in CHOICES.values()}
