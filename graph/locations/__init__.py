"""The kinds of DataSync locations: one module per kind, and the table of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.locations import (
    azure_blob,
    efs,
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
from graph.model.location import Location, LocationSpec
from graph.model.resources import Resource

_ALL: Final = (
    *(s3, efs, nfs, smb, hdfs, object_storage, azure_blob),
    *(fsx_lustre, fsx_windows, fsx_open_zfs, fsx_ontap),
)
KINDS: Final[Mapping[str, LocationKind]] = {each.KIND.name: each.KIND for each in _ALL}
"""By name."""
CREATABLE: Final[Mapping[str, Creation]] = {
    name: kind.creation for name, kind in KINDS.items() if kind.creation is not None
}
"""How each kind is created that the server creates, by name."""
_BY_SPEC: Final[Mapping[type[LocationSpec], LocationKind]] = {
    kind.creation.spec: kind for kind in KINDS.values() if kind.creation is not None
}
_BY_SCHEME: Final = {
    scheme: name for name, kind in KINDS.items() for scheme in (kind.scheme, *kind.more_schemes)
}


def kind_of(uri: str) -> str:
    """The kind that a URI's scheme stands for; the scheme in capitals if it is a new one."""
    scheme = uri.partition("://")[0]
    return _BY_SCHEME.get(scheme, scheme.upper().replace("-", "_"))


def kind_of_spec(spec: LocationSpec) -> LocationKind:
    """The kind that a specification is of."""
    return _BY_SPEC[type(spec)]


def creation_of(spec: LocationSpec) -> Creation:
    """How the location that is specified is created."""
    return CREATABLE[_BY_SPEC[type(spec)].name]


def target_of(spec: LocationSpec) -> str:
    """The ARN of what the location that is specified reaches, such as its bucket. Not checked."""
    return creation_of(spec).target(spec)


def resources_of(spec: LocationSpec, side: str) -> list[Resource]:
    """What a location to be created uses, each with its place in the input."""
    path = (side, kind_of_spec(spec).member)
    return creation_of(spec).resources(spec, path)


def resources_at(location_arn: str, location: Location | None) -> list[Resource]:
    """What an existing location uses.

    A location that is gone, or of a kind whose storage has no ARN, counts by its own ARN: only a
    rule for exactly that location allows it.
    """
    kind = None if location is None else KINDS.get(location.kind)
    found = [] if location is None or kind is None else kind.resources_at(location)
    return found or [Resource(location_arn)]


__all__ = [
    "CREATABLE",
    "KINDS",
    "Creation",
    "Home",
    "LocationKind",
    "Members",
    "creation_of",
    "kind_of",
    "kind_of_spec",
    "named",
    "resources_at",
    "resources_of",
    "target_of",
]
