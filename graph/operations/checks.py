"""Checks of a new mover's input: rejects at once what AWS would certainly reject later."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.locations import Home, creation_of, place_of
from graph.model.errors import Invalid, InvalidReason
from graph.model.mover import MOST_TAGS, OWN_TAGS, Tag
from graph.model.operation import NewMover
from graph.task_settings.creation import check_settings

TAG_KEY, TAG_VALUE = 128, 256
"""Characters. DataSync allows keys of 256, but IAM, which has the roles, does not."""

_KEY: Final = re.compile(r"[a-zA-Z0-9 +=._:/-]+")
_VALUE: Final = re.compile(r"[a-zA-Z0-9 +=._:@/-]+")
"""What both DataSync and IAM allow. DataSync also allows tabs."""


def check(new: NewMover, gateway: Gateway) -> None:
    """Raises Invalid, with the path in the input, for what AWS would refuse later."""
    home = Home(new.account_id, gateway.served.default, gateway.partition)
    for side, spec in (("source", new.source), ("destination", new.destination)):
        creation_of(spec).check(spec, home, place_of(spec, side))
    if not _VALUE.fullmatch(new.group):
        raise Invalid(
            f"The group '{new.group}' contains characters that a tag of DataSync cannot have. "
            "Use letters, digits, spaces and + = . _ : @ / -.",
            path=("group",),
        )
    roles = creation_of(new.source).needs_role or creation_of(new.destination).needs_role
    check_tags(new.tags, str.lower if roles else str)
    check_settings(new.settings)


def check_tags(tags: tuple[Tag, ...], told_apart: Callable[[str], str] = str.lower) -> None:
    """Raises Invalid. ``told_apart`` maps a key to what has to be unique: IAM ignores case."""
    if len(tags) > MOST_TAGS:
        raise Invalid(
            f"At most {MOST_TAGS} tags are allowed in addition to the server's own.",
            path=("tags",),
            reason=InvalidReason.TOO_LONG,
        )
    counted = Counter(told_apart(tag.key) for tag in tags)
    own = {told_apart(key) for key in OWN_TAGS}
    for index, tag in enumerate(tags):
        path = ("tags", str(index))
        if told_apart(tag.key) in own or tag.key.lower().startswith("aws:"):
            raise Invalid(
                f"The tag '{tag.key[:TAG_KEY]}' is reserved. Choose another key.",
                path=path,
                reason=InvalidReason.RESERVED,
            )
        if counted[told_apart(tag.key)] > 1:
            twice = f"The tag '{tag.key[:TAG_KEY]}' is given twice. Case is ignored."
            raise Invalid(twice, path=path, reason=InvalidReason.DUPLICATE)
        if len(tag.key) > TAG_KEY or not _KEY.fullmatch(tag.key):
            raise Invalid(
                f"A tag key must have 1 to {TAG_KEY} letters, digits, spaces and + = . _ : / -.",
                path=path,
            )
        if len(tag.value) > TAG_VALUE or not _VALUE.fullmatch(tag.value):
            raise Invalid(
                f"A tag value must have 1 to {TAG_VALUE} letters, digits, spaces and "
                "+ = . _ : @ / -.",
                path=path,
            )
