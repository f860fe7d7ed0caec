"""The parts of a new mover: what they are called, and the tags by which they are found again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph.aws.task_files import Files, files_of
from graph.model.location_specs import ExistingSpec, LocationSpec
from graph.model.mover import GROUP_TAG, OPERATION_TAG, ORG_TAG, PART_TAG, Tag, own_tags
from graph.model.operation import NewMover

SIDES: Final = ("source", "destination")
TASK: Final = "datasync task"
_KEPT: Final = "existing-"


def location(side: str) -> str:
    """What events and failures call the location of a side."""
    return f"{side} location"


def spec_of(new: NewMover, side: str) -> LocationSpec:
    return new.source if side == "source" else new.destination


def role_name(operation_id: str, new: NewMover, side: str) -> str:
    """Unique to the operation and side, within IAM's 64 characters: a name has at most 40."""
    return f"{new.name}-{side}-{operation_id.replace('-', '')[:10]}"


def marks(operation_id: str, side: str | None = None) -> dict[str, str]:
    """The tags by which a part is found again. Both sides may be in the same bucket."""
    part = {} if side is None else {PART_TAG: side}
    return {OPERATION_TAG: operation_id} | part


def tags_for(
    org: str, operation_id: str, new: NewMover, side: str | None = None
) -> tuple[Tag, ...]:
    """The group's tags, then the caller's, then those that mark operation and part."""
    of_group = {ORG_TAG: org, GROUP_TAG: new.group} | own_tags(org)  # in the original's order
    own = marks(operation_id, side)
    if side is None and (kept := kept_sides(new)):
        own |= {PART_TAG: " ".join(f"{_KEPT}{each}" for each in kept)}
    return (
        *(Tag(key, value) for key, value in of_group.items()),
        *new.tags,
        *(Tag(key, value) for key, value in own.items()),
    )


def is_role(arn: str) -> bool:
    """Whether a part to be deleted is the role of a manifest or of reports, not a location."""
    return ":iam:" in arn


def files_in(new: NewMover) -> Files:
    """The manifest and the report of a new mover, by part."""
    return files_of(new.settings.manifest, new.settings.report)


def kept_sides(new: NewMover) -> list[str]:
    """The sides whose locations existed before, so that they are no parts of the mover."""
    return [side for side in SIDES if isinstance(spec_of(new, side), ExistingSpec)]


def kept_by(tags: Iterable[Tag]) -> set[str]:
    """The same from the tags of a mover's task."""
    named = " ".join(tag.value for tag in tags if tag.key == PART_TAG).split()
    return {each.removeprefix(_KEPT) for each in named if each.startswith(_KEPT)}
