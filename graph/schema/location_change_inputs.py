"""The input of a change of a location: for each kind, what DataSync can change of it.

The members have the names and types of those that create the location, so that they are made from
these inputs. All are optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_type_hints

import strawberry

from graph.locations import KINDS
from graph.locations.changing import CHANGEABLE
from graph.model.errors import Invalid, InvalidReason
from graph.model.location_change import LocationChange, LocationUsers
from graph.schema.enums import describe
from graph.schema.location_inputs import LocationInput, changed_fields, snake

_NOUNS: Final[Mapping[str, str]] = {
    "S3": "a bucket in Amazon S3",
    "EFS": "a file system in Amazon EFS",
    "NFS": "an NFS file server",
    "SMB": "an SMB file server",
    "HDFS": "a Hadoop cluster",
    "OBJECT_STORAGE": "an object store other than Amazon S3",
    "AZURE_BLOB": "a container in Azure Blob Storage",
    "FSX_LUSTRE": "a file system in FSx for Lustre",
    "FSX_OPEN_ZFS": "a file system in FSx for OpenZFS",
    "FSX_ONTAP": "a storage virtual machine in FSx for NetApp ONTAP",
    "FSX_WINDOWS": "a file system in FSx for Windows File Server",
}

describe(
    LocationUsers,
    "LocationUsers",
    "Whom a change of a location may affect beyond one mover.",
    {"SHARED": "All movers that share the location, whatever group they are in."},
)


def _made(
    name: str,
    description: str,
    members: Mapping[str, tuple[Any, Any]],
    *,
    one_of: bool | None = None,
) -> Any:  # noqa: ANN401 - an input type
    """An input type. ``members``: by name the type, and the field."""
    hints = {member: kind for member, (kind, _) in members.items()}
    fields = {member: field for member, (_, field) in members.items()}
    made = type(name, (), {"__annotations__": hints, "__module__": __name__, **fields})
    return strawberry.input(made, description=description, one_of=one_of)


def _change_of(kind: str, created: Any) -> Any:  # noqa: ANN401 - an input type
    """The input of what can change, made from the one that creates."""
    hints = get_type_hints(created)
    texts = {
        each.python_name: each.description for each in created.__strawberry_definition__.fields
    }
    members = {
        name: (
            hints[name] | None,
            strawberry.field(
                default=None, description=f"{_meaning(texts[name])}. Absent: it stays as it is."
            ),
        )
        for name in CHANGEABLE[kind]
    }
    description = f"What is to be changed of {_NOUNS[kind]}. What is absent stays as it is."
    name = created.__name__.replace("LocationInput", "LocationChangeInput")
    return _made(name, description, members)


def _meaning(text: str | None) -> str:
    """The beginning of a description, without what an absent member means to a create."""
    return (text or "").partition(";")[0].partition(". ")[0].removesuffix(".")


def _choices() -> dict[str, tuple[Any, Any]]:
    created = get_type_hints(LocationInput)
    found = {}
    for name, kind in KINDS.items():
        member = snake(kind.member)
        (given, *_) = created[member].__args__
        field = strawberry.field(default=strawberry.UNSET, description=f"Change {_NOUNS[name]}.")
        found[member] = (_change_of(name, given) | None, field)
    return found


LocationChangeInput: Any = _made(
    "LocationChangeInput",
    "What is to be changed of a location: set the member of its kind.",
    _choices(),
    one_of=True,
)


def _update_input() -> Any:  # noqa: ANN401 - an input type
    location = strawberry.field(
        description="The global id of the location, as in `Location.id`. A location that is gone "
        "is NOT_FOUND."
    )
    change = strawberry.field(
        description="The kind of the location, and what of it. There is no member for a secret: "
        "only for where it is kept."
    )
    also_for = strawberry.field(
        default=None,
        description="SHARED if the movers that share the location may change with it, which takes "
        "the right to change all of them. Absent: a shared location is rejected as CONFLICT.",
    )
    unchanged = strawberry.field(
        default=None,
        description="`Location.revision` as you have read it: rejected as CONFLICT if the location "
        "has been changed since. Absent: the location is changed in any case.",
    )
    return _made(
        "UpdateLocationInput",
        "The location to change, and what of it.",
        {
            "location": (strawberry.ID, location),
            "change": (LocationChangeInput, change),
            "also_for": (LocationUsers | None, also_for),
            "if_unchanged_since": (str | None, unchanged),
        },
    )


UpdateLocationInput: Any = _update_input()


def location_change(given: Any) -> LocationChange:  # noqa: ANN401 - an UpdateLocationInput
    """Raises Invalid, with the path of the input, for malformed values."""
    for name, kind in KINDS.items():
        part = getattr(given.change, snake(kind.member))
        if not part:
            continue
        path = ("change", kind.member)
        changes = changed_fields(kind.creation.spec, part, CHANGEABLE[name], path)
        if not changes:
            text = "Nothing is to be changed. Set a member."
            raise Invalid(text, path=path, reason=InvalidReason.MISSING)
        return LocationChange(
            kind=name,
            member=kind.member,
            fields=changes,
            is_for_all=given.also_for is LocationUsers.SHARED,
            if_unchanged_since=given.if_unchanged_since,
        )
    raise Invalid("Set the member of one kind.", path=("change",), reason=InvalidReason.MISSING)
