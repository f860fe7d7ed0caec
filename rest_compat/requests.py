"""Request bodies: their shapes and their validation, with the original server's messages."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from graph.locations import IN_REST, Creation
from graph.model import names
from graph.model.errors import Invalid
from graph.model.location_specs import LocationSpec
from graph.model.mover import OWN_TAGS, Tag
from graph.model.operation import NewMover
from rest_compat.decoder import Array, Object, String, decode

_LOCATION: Final = Object(
    {
        "Type": String(nullable=False),
        **{
            kind: Object(
                {
                    member: Array(String()) if field.endswith("_arns") else String()
                    for field, member in sorted(creation.rest.items(), key=itemgetter(1))
                }
            )
            for kind, creation in IN_REST.items()
        },
    }
)
_TAG: Final = Object({"Key": String(nullable=False), "Value": String(nullable=False)})
NEW_MOVER: Final = Object(
    {"Name": String(), "Source": _LOCATION, "Destination": _LOCATION, "Tags": Array(_TAG)}
)
UPDATE: Final = Object({"State": String()})


def read_new_mover(body: bytes, account_id: str, group: str) -> NewMover:
    """Parses the body of a create request. Raises Invalid for the first check that fails."""
    given = decode(body, NEW_MOVER, "cannot decode body into create data mover input")
    name = _name(given.get("Name"))
    source, destination = given.get("Source") or {}, given.get("Destination") or {}
    if not source.get("Type") or not destination.get("Type"):
        raise Invalid("Source and Destination are required")
    return NewMover(
        account_id=account_id,
        group=group,
        name=name,
        source=_location(source, "Source"),
        destination=_location(destination, "Destination"),
        tags=_tags(given.get("Tags") or []),
    )


def read_state(body: bytes) -> str:
    """Parses the body of an update request. Returns ``start`` or ``stop``; raises Invalid."""
    given = decode(body, UPDATE, "cannot decode body into update data mover input")
    state = given.get("State")
    if state is None:
        raise Invalid("missing required parameter: State")
    if state not in ("start", "stop"):
        raise Invalid("valid states are 'start' and 'stop'")
    return str(state)


def _name(given: str | None) -> str:
    if given == "":  # the original treats it as present but malformed
        raise Invalid("Name doesn't match regex ^[a-zA-Z0-9-]+$")
    return names.mover_name(given or "")


def _location(given: dict[str, Any], side: str) -> LocationSpec:
    kind = given["Type"]
    if kind not in IN_REST:
        raise Invalid(f"{side} Type must be {' or '.join(IN_REST)}.")
    parts = given.get(kind)
    if parts is None:
        raise Invalid(f"{side} of type {kind} requires an {kind} object.")
    creation = IN_REST[kind]
    for member in [*creation.rest.values()][: creation.required]:
        if not parts.get(member):
            raise Invalid(f"{side} {kind} requires {member}.")
    return _spec(creation, parts, f"{side} {kind}")


def _spec(creation: Creation, parts: dict[str, Any], where: str) -> LocationSpec:
    """An empty optional member counts as absent, as in the original."""
    fields: dict[str, Any] = {}
    for field, member in creation.rest.items():
        value = parts.get(member) or None
        if isinstance(value, list):
            if None in value:
                raise Invalid(f"{where} {member} must not contain null.")
            value = tuple(value)
        fields[field] = value
    made: LocationSpec = creation.spec(**fields)
    return made


def _tags(given: list[dict[str, str] | None]) -> tuple[Tag, ...]:
    """The caller's tags without reserved ones, which the original drops silently."""
    tags = [Tag((item or {}).get("Key", ""), (item or {}).get("Value", "")) for item in given]
    if not all(tag.key for tag in tags):
        raise Invalid("Each of the Tags requires a Key.")
    return tuple(tag for tag in tags if tag.key not in OWN_TAGS and not tag.key.startswith("aws:"))
