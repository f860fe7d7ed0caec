"""Locations of the samples, made in the sandbox and described by it."""

from __future__ import annotations

from graph.locations import creation_of, kind_of_spec
from graph.model.location import Location
from graph.model.location_specs import NewLocationSpec
from graph.sandbox import Sandbox
from tests import leftover
from tests.locations.samples import ROLE
from tests.locations.service import MODEL
from tests.world import furnish


def made(aws: Sandbox, spec: NewLocationSpec) -> Location:
    """The location as its describe call returns it."""
    furnish(aws)
    return described(spec)


def described(spec: NewLocationSpec) -> Location:
    """The same in an account that is set up already."""
    kind = kind_of_spec(spec)
    params = creation_of(spec).params(spec, ROLE)
    if spec.subdirectory is not None:
        params["Subdirectory"] = spec.subdirectory
    found = leftover.datasync().create_location(kind.name, None, params)
    end = end_of(kind.operation)
    members = MODEL.operation_model(f"DescribeLocation{end}").output_shape.members
    shown = {name: value for name, value in found.describe().items() if name in members}
    return Location(arn=found.arn, kind=kind.name, uri=found.uri, created_at=None, described=shown)


def end_of(operation: str) -> str:
    """The end of the names of a kind's operations, such as ``FsxLustre``."""
    return "".join(part.capitalize() for part in operation.split("_"))
