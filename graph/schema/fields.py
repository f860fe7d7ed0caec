"""Shorthands for fields that only read a value, and checks that several fields share."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeVar

import strawberry

from graph.context import Context, ReadContext
from graph.model.errors import Invalid, NotFound

Info = strawberry.Info[ReadContext, None]
"""Of a field that depends on the rights of the caller alone, so that it may be part of a state
that many follow together."""
CallerInfo = strawberry.Info[Context, None]
"""Of a field that also depends on who asks. Such fields are out of reach of subscriptions."""

T = TypeVar("T")

_LONGEST: Final = 256
"""The longest value of a tag, and name of a task, in characters."""


async def or_null(found: Awaitable[T]) -> T | None:
    """What a lookup finds; None if it does not exist, or the caller may not see it."""
    try:
        return await found
    except NotFound:
        return None


def filter_text(given: str | None, name: str) -> str | None:
    """A member of a filter. Raises Invalid for what PostgreSQL would reject as a parameter."""
    if given is not None and not (given.isprintable() and len(given) <= _LONGEST):
        raise Invalid(
            f"'{name}' must be at most {_LONGEST} printable characters.", path=("filter", name)
        )
    return given


def attribute(path: str, description: str) -> Any:
    """A field that returns an attribute of the object's ``value``."""
    get = attrgetter(f"value.{path}")

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return get(root)

    return strawberry.field(resolver=read, description=description)


def member(*path: str, description: str) -> Any:
    """A field that returns a member of AWS's response; null if it is absent."""

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return _dig(root.value.described, path)

    return strawberry.field(resolver=read, description=description)


def members(*path: str, description: str) -> Any:
    """The same for a list, which is empty if the member is absent."""

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return _dig(root.value.described, path) or []

    return strawberry.field(resolver=read, description=description)


def _dig(found: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
