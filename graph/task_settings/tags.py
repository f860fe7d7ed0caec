"""The tags that callers may put on movers and runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from graph.model.errors import Invalid, InvalidReason
from graph.model.mover import MOST_TAGS, OWN_TAGS, Tag

TAG_KEY, TAG_VALUE = 128, 256
"""Characters. DataSync allows keys of 256, but IAM, which has the roles, does not."""

_KEY: Final = re.compile(r"[a-zA-Z0-9 +=._:/-]+")
VALUE: Final = re.compile(r"[a-zA-Z0-9 +=._:@/-]+")
"""What both DataSync and IAM allow. DataSync also allows tabs."""
_AWS: Final = "aws:"


def check_tags(
    tags: tuple[Tag, ...],
    path: tuple[str, ...] = ("tags",),
    *,
    told_apart: Callable[[str], str] = str.lower,
) -> None:
    """Raises Invalid. ``told_apart`` maps a key to what has to be unique: IAM ignores case."""
    if len(tags) > MOST_TAGS:
        raise Invalid(
            f"At most {MOST_TAGS} tags are allowed in addition to the server's own.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    counted = Counter(told_apart(tag.key) for tag in tags)
    own = {told_apart(key) for key in OWN_TAGS}
    for index, tag in enumerate(tags):
        where = (*path, str(index))
        if told_apart(tag.key) in own or tag.key.lower().startswith(_AWS):
            raise Invalid(
                f"The tag '{tag.key[:TAG_KEY]}' is reserved. Choose another key.",
                path=where,
                reason=InvalidReason.RESERVED,
            )
        if counted[told_apart(tag.key)] > 1:
            ignored = " Case is ignored." if told_apart("A") == told_apart("a") else ""
            twice = f"The tag '{tag.key[:TAG_KEY]}' is given twice.{ignored}"
            raise Invalid(twice, path=where, reason=InvalidReason.DUPLICATE)
        if len(tag.key) > TAG_KEY or not _KEY.fullmatch(tag.key):
            raise Invalid(
                f"A tag key must have 1 to {TAG_KEY} letters, digits, spaces and + = . _ : / -.",
                path=where,
            )
        if len(tag.value) > TAG_VALUE or not VALUE.fullmatch(tag.value):
            raise Invalid(
                f"A tag value must have 1 to {TAG_VALUE} letters, digits, spaces and "
                "+ = . _ : @ / -.",
                path=where,
            )


def callers_tags(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Without those of the server and of AWS, which no caller changes."""
    return tuple(
        tag for tag in tags if tag.key not in OWN_TAGS and not tag.key.lower().startswith(_AWS)
    )
