"""Checks that the locations exist between which a new mover is to be created."""

from __future__ import annotations

from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location
from graph.locations import place_of
from graph.model.errors import Invalid
from graph.model.location_specs import ExistingSpec
from graph.model.operation import NewMover
from graph.operations.parts import SIDES, spec_of


async def check_existing(new: NewMover, gateway: Gateway) -> None:
    """Raises Invalid for a location that does not exist, which one call per location finds out."""
    for side in SIDES:
        spec = spec_of(new, side)
        if not isinstance(spec, ExistingSpec):
            continue
        if await describe_location(gateway, spec.location_arn) is None:
            raise Invalid(
                f"The location {spec.location_arn} does not exist.",
                path=(*place_of(spec, side), "locationArn"),
            )
