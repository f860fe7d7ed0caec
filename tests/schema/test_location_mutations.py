"""The mutation of locations in the schema."""

from __future__ import annotations

from typing import Any

from graph.app import graphql_schema


def test_a_location_is_changed_by_one_mutation_whose_payload_shows_it() -> None:
    types: Any = graphql_schema().core.type_map
    field = types["Mutation"].fields["updateLocation"]
    assert str(field.args["input"].type) == "UpdateLocationInput!"
    assert str(types["UpdateLocationPayload"].fields["location"].type) == "Location"
