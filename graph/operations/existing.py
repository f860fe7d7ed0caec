"""Reads the existing locations between which a new mover is to be created."""

from __future__ import annotations

from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location
from graph.locations import place_of
from graph.locations.ends import end_of_location, end_of_spec
from graph.model.ends import End
from graph.model.errors import Invalid
from graph.model.location_specs import ExistingSpec, LocationSpec
from graph.model.operation import NewMover


async def read_ends(new: NewMover, gateway: Gateway) -> tuple[End, End]:
    """What decides how the mover may transfer. Costs one call per location that exists.

    Raises Invalid for a location that does not exist.
    """
    source = await _end(new.source, "source", gateway)
    return source, await _end(new.destination, "destination", gateway)


async def _end(spec: LocationSpec, side: str, gateway: Gateway) -> End:
    if not isinstance(spec, ExistingSpec):
        return end_of_spec(spec)
    location = await describe_location(gateway, spec.location_arn)
    if location is None:
        raise Invalid(
            f"The location {spec.location_arn} does not exist.",
            path=(*place_of(spec, side), "locationArn"),
        )
    return end_of_location(location)
