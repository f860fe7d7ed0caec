"""The kinds of DataSync locations: one module per kind, and the table of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.locations import (
    azure_blob,
    efs,
    existing,
    fsx_lustre,
    fsx_ontap,
    fsx_open_zfs,
    fsx_windows,
    hdfs,
    nfs,
    object_storage,
    s3,
    smb,
)
from graph.locations.kind import Creation, Home, LocationKind, Members, named
from graph.model.location import Location
from graph.model.location_specs import LocationSpec, NewLocationSpec
from graph.model.resources import Resource

_ALL: Final = (
    *(s3, efs, nfs, smb, hdfs, object_storage, azure_blob),
    *(fsx_lustre, fsx_windows, fsx_open_zfs, fsx_ontap),
)
KINDS: Final[Mapping[str, LocationKind]] = {each.KIND.name: each.KIND for each in _ALL}
"""By name."""
CREATABLE: Final[Mapping[str, Creation]] = {name: kind.creation for name, kind in KINDS.items()}
"""How each kind is created, by name."""
IN_REST: Final[Mapping[str, Creation]] = {
    name: creation for name, creation in CREATABLE.items() if creation.rest
}
"""The same for the kinds that REST creates, as the original server did."""
CHOICES: Final[Mapping[str, Creation]] = {
    **{kind.member: kind.creation for kind in KINDS.values()},
    existing.MEMBER: existing.CREATION,
}
"""What the source or destination of a new mover may be, by the member of ``LocationInput``."""
_BY_SPEC: Final[Mapping[type[LocationSpec], LocationKind]] = {
    kind.creation.spec: kind for kind in KINDS.values()
}
_MEMBERS: Final = {creation.spec: member for member, creation in CHOICES.items()}
_BY_SCHEME: Final = {
    scheme: name for name, kind in KINDS.items() for scheme in (kind.scheme, *kind.more_schemes)
}


def kind_of(uri: str) -> str:
    """The kind that a URI's scheme stands for; the scheme in capitals if it is a new one."""
    scheme = uri.partition("://")[0]
    return _BY_SCHEME.get(scheme, scheme.upper().replace("-", "_"))


def kind_of_spec(spec: NewLocationSpec) -> LocationKind:
    """The kind of the location that a specification creates."""
    return _BY_SPEC[type(spec)]


def creation_of(spec: LocationSpec) -> Creation:
    """How the location that is specified is created."""
    return CHOICES[_MEMBERS[type(spec)]]


def place_of(spec: LocationSpec, side: str) -> tuple[str, ...]:
    """Where a specification stands in the input of a new mover."""
    return side, _MEMBERS[type(spec)]


def targets_of(spec: LocationSpec) -> list[str]:
    """The ARN of what the location that is specified reaches, such as its bucket. Not checked.

    A server has none: those of all that the location uses, such as agents.
    """
    target = creation_of(spec).target(spec)
    if target.startswith("arn:"):
        return [target]
    return [resource.arn for resource in resources_of(spec, "")]


def resources_of(spec: LocationSpec, side: str) -> list[Resource]:
    """What a location to be created uses, each with its place in the input.

    Of a location that exists, the location itself.
    """
    return creation_of(spec).resources(spec, place_of(spec, side))


def resources_at(location_arn: str, location: Location | None) -> list[Resource]:
    """What an existing location uses.

    A location that is gone, or that uses nothing which has an ARN, counts by its own ARN: only a
    rule for the location allows it.
    """
    kind = None if location is None else KINDS.get(location.kind)
    found = [] if location is None or kind is None else kind.resources_at(location)
    return found or [Resource(location_arn)]


__all__ = [
    "CHOICES",
    "CREATABLE",
    "IN_REST",
    "KINDS",
    "Creation",
    "Home",
    "LocationKind",
    "Members",
    "creation_of",
    "kind_of",
    "kind_of_spec",
    "named",
    "place_of",
    "resources_at",
    "resources_of",
    "targets_of",
]
