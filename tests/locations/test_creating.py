"""Locations of every kind are created with a mover, shown, and deleted with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from graph.locations import creation_of, kind_of_spec, resources_at, resources_of
from graph.model.location import Location
from graph.sandbox import Sandbox
from tests import leftover
from tests.locations.movers import SHOWN, create, delete
from tests.locations.samples import ROLE, SPECS, as_input
from tests.locations.service import MODEL
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB, ask, furnish, serving


@pytest.mark.timeout(120)
async def test_a_location_of_every_kind_is_created_shown_and_deleted(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:

        async def live(number: int, name: str) -> str:
            spec = SPECS[name]
            operation = await create(client, f"m{number}", as_input(spec))
            assert operation["status"] == "COMPLETED", (name, operation)
            shown = (await ask(client, SHOWN, id=operation["mover"]["id"]))["node"]["source"]
            assert shown["kind"] == kind_of_spec(spec).name
            await delete(client, operation["mover"]["id"])
            return str(shown["kind"])

        kinds = await asyncio.gather(*(live(*each) for each in enumerate(SPECS)))
    assert set(kinds) == {"S3", *LOCATIONS}
    assert leftover.there(aws) == set()


@pytest.mark.parametrize("name", SPECS)
def test_a_location_uses_what_its_specification_names(aws: Sandbox, name: str) -> None:
    """So that a key which may create a mover may start it, and no other key may."""
    spec = SPECS[name]
    kind = kind_of_spec(spec)
    params = creation_of(spec).params(spec, ROLE)
    if spec.subdirectory is not None:
        params["Subdirectory"] = spec.subdirectory
    made = leftover.datasync().create_location(kind.name, None, params)
    end = "".join(part.capitalize() for part in kind.operation.split("_"))
    members = MODEL.operation_model(f"DescribeLocation{end}").output_shape.members
    described = {name: value for name, value in made.describe().items() if name in members}
    location = Location(
        arn=made.arn, kind=kind.name, uri=made.uri, created_at=None, described=described
    )
    wanted = {(each.arn, each.prefix) for each in resources_of(spec, "source")}
    found = {(each.arn, each.prefix) for each in resources_at(made.arn, location)}
    assert found == (wanted or {(made.arn, "")})
