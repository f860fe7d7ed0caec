"""What was asked of an accepted operation, as it outlives the process: JSON with a version.

Only data is stored, never the name of a class: write access to the database does not allow running
code here, and moving a class breaks no operation in progress. ``decode`` reads every version that a
release has written. A new version is added beside the older ones, never in place of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.model.mover import Tag
from graph.model.operation import NewMover
from graph.model.task_settings import NO_SETTINGS
from graph.operations import released_pickles, stored_settings, stored_specs
from graph.operations.update_inputs import UpdateInput, has_files, read_update, stored_update
from graph.store import Parts

_VERSION: Final = 4
"""The newest. Version 2 has locations of every kind, and updates; version 3 has settings of new
movers, manifests and reports, version 4 their region. What an earlier version can hold is stored as
that, so that servers of the release before carry it out."""
_TRACE: Final = "trace"


class UnreadableInput(Exception):
    """The stored input is damaged."""


class NewerInput(Exception):
    """The stored input is of a newer release, whose servers work on it."""


@dataclass(frozen=True, slots=True)
class CreateInput:
    new: NewMover


@dataclass(frozen=True, slots=True)
class DeleteInput:
    task_arn: str
    cancelled_by: str | None = None
    """Who has the mover's active run cancelled; None: an active run makes the deletion fail."""
    parts: Parts | None = None
    """What an earlier deletion has left; None: the task still names its parts."""


Input = CreateInput | DeleteInput | UpdateInput


def encode(given: Input, trace: str | None = None) -> bytes:
    """``trace``: a ``traceparent``, with which each attempt continues the request's trace.

    Servers that do not know it ignore it, so it needs no version.
    """
    body: dict[str, Any]
    if isinstance(given, UpdateInput):
        body = {"update": stored_update(given)}
    else:
        body = _create(given.new) if isinstance(given, CreateInput) else _delete(given)
    if trace is not None:
        body[_TRACE] = trace
    return json.dumps({"version": _version_of(given), **body}, separators=(",", ":")).encode()


def _version_of(given: Input) -> int:
    if isinstance(given, DeleteInput):
        return 1
    if isinstance(given, UpdateInput):
        return 3 if has_files(given.change) else 2
    if given.new.region is not None:
        return _VERSION  # others would create it in another region
    if given.new.settings != NO_SETTINGS:
        return 3
    ends = given.new.source, given.new.destination
    return 1 if all(map(stored_specs.in_first_version, ends)) else 2


def decode(stored: bytes) -> Input:
    """Raises NewerInput, and UnreadableInput for anything that no release has written."""
    try:
        if released_pickles.is_pickle(stored):
            return _released(released_pickles.read(stored))
        given = json.loads(stored)
        version = given["version"]
        if isinstance(version, int) and version > _VERSION:
            raise NewerInput(f"the stored input has the version {version}")
        return _READERS[version](given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableInput(f"the stored input cannot be read: {error!r}") from error


def trace_of(stored: bytes) -> str | None:
    """The ``traceparent`` in an input that ``decode`` reads; None if there is none."""
    if released_pickles.is_pickle(stored):
        return None
    trace = json.loads(stored).get(_TRACE)
    return trace if isinstance(trace, str) else None


def fingerprint(new: NewMover) -> str:
    """By which the inputs under one idempotency key are compared.

    It is the text that the first release stored, so that a key used before an upgrade still leads
    to its operation afterwards.
    """
    ends = (
        f"{side}={stored_specs.shown(getattr(new, side))}" for side in ("source", "destination")
    )
    tags = "".join(f"Tag(key={tag.key!r}, value={tag.value!r}), " for tag in new.tags)
    shown_tags = f"({tags[:-1] if len(new.tags) == 1 else tags[:-2]})"
    region = () if new.region is None else ("region",)
    members = ("account_id", *region, "group", "name")
    names = (f"{name}={getattr(new, name)!r}" for name in members)
    settings = stored_settings.plain(new.settings)
    more = (f"settings={json.dumps(settings)}",) if settings else ()
    return f"NewMover({', '.join((*names, *ends, f'tags={shown_tags}', *more))})"


def reservation_of(place: str, group: str | None, name: str) -> str:
    """What an operation on a mover of that name holds until it has ended.

    ``place``: see ``place_key``.
    """
    return f"{place} {group} {name}"


def _create(new: NewMover) -> dict[str, Any]:
    mover: dict[str, Any] = {
        "account_id": new.account_id,
        "group": new.group,
        "name": new.name,
        "source": stored_specs.plain(new.source),
        "destination": stored_specs.plain(new.destination),
        "tags": [[tag.key, tag.value] for tag in new.tags],
        "key_name": new.key_name,
    }
    if new.settings != NO_SETTINGS:
        mover["settings"] = stored_settings.plain(new.settings)
    if new.region is not None:
        mover["region"] = new.region
    return {"create": mover}


def _delete(given: DeleteInput) -> dict[str, Any]:
    body = {
        "task_arn": given.task_arn,
        "cancelled_by": given.cancelled_by,
        "parts": given.parts,
    }
    return {"delete": body}


def _read(given: Mapping[str, Any]) -> Input:
    if "create" in given:
        return CreateInput(_new_mover(given["create"]))
    if "update" in given:
        return read_update(given["update"])
    body = given["delete"]
    return DeleteInput(_text(body["task_arn"]), body["cancelled_by"], _parts(body["parts"]))


_READERS: Final[Mapping[int, Callable[[Mapping[str, Any]], Input]]] = {
    1: _read,
    2: _read,
    3: _read,
    4: _read,
}


def _new_mover(given: Mapping[str, Any]) -> NewMover:
    return NewMover(
        account_id=_text(given["account_id"]),
        region=_text(given["region"]) if "region" in given else None,
        group=_text(given["group"]),
        name=_text(given["name"]),
        source=stored_specs.read(given["source"]),
        destination=stored_specs.read(given["destination"]),
        tags=tuple(Tag(_text(key), _text(value)) for key, value in given["tags"]),
        key_name=given["key_name"],
        settings=stored_settings.read(given.get("settings", {})),
    )


def _parts(given: list[list[str]] | None) -> Parts | None:
    return None if given is None else [(location, role) for location, role in given]


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{given!r} is not a string")
    return given


def _released(args: tuple[Any, ...]) -> Input:
    """The arguments of the first release's workflows."""
    if len(args) == 1:
        return CreateInput(_new_mover(args[0]))
    task_arn, cancelled_by, parts = args
    return DeleteInput(_text(task_arn), cancelled_by, _parts(parts))
