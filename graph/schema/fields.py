"""Shorthands for fields that only read a value, and checks that several fields share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import Enum
from operator import attrgetter
from typing import Any, Final, TypeVar

import strawberry

from graph.context import Context, ReadContext
from graph.model.errors import Invalid, NotFound
from graph.model.location import ListedLocation, Location
from graph.model.plain import PLAIN, Plain
from graph.resolvers import locations

Info = strawberry.Info[ReadContext, None]
"""Of a field that depends on the rights of the caller alone, so that it may be part of a state
that many follow together."""
CallerInfo = strawberry.Info[Context, None]
"""Of a field that also depends on who the caller is. Subscriptions cannot reach such fields."""

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_LONGEST: Final = 256
"""The longest value of a tag, and name of a task, in characters."""


async def or_null(found: Awaitable[T], *argument: str) -> T | None:
    """What a lookup finds; None if it does not exist, or the caller may not see it.

    ``argument``: the path of the only input that the lookup checks, beside a region, for its
    errors.
    """
    try:
        return await found
    except NotFound:
        return None
    except Invalid as error:
        if argument and error.path and error.path != ("region",):
            raise Invalid(error.message, path=argument, reason=error.reason) from None
        raise


def filter_text(given: str | None, name: str) -> str | None:
    """A member of a filter. Raises Invalid for what PostgreSQL would reject as a parameter."""
    if given is not None and not (given.isprintable() and len(given) <= _LONGEST):
        raise Invalid(
            f"'{name}' must be at most {_LONGEST} printable characters.", path=("filter", name)
        )
    return given


def chosen(given: Collection[E] | None) -> frozenset[E] | None:
    """The values of a list in a filter; None if it is absent."""
    return None if given is None else frozenset(given)


def reads(description: str) -> Any:
    """A field whose resolver only reads: see ``Plain``."""
    return strawberry.field(description=description, metadata={PLAIN: Plain()})


def loads(description: str) -> Any:
    """A field whose resolver only reads and waits for DataLoaders alone: see ``Plain.loads``."""
    return strawberry.field(description=description, metadata={PLAIN: Plain(loads=True)})


def attribute(path: str, description: str) -> Any:
    """A field that returns an attribute of the object's ``value``."""
    get = attrgetter(f"value.{path}")

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return get(root)

    plain = Plain(f"value.{path}")
    return strawberry.field(resolver=read, description=description, metadata={PLAIN: plain})


def item(*path: str, description: str) -> Any:
    """A field that returns a member of the object's ``value``, a part of an answer of AWS."""

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return dig(root.value, path)

    return reads(description)(read)


def word(kind: type[Enum], path: str, description: str) -> Any:
    """A field that returns one of AWS's words, in an attribute of the object's ``value``."""
    get = attrgetter(f"value.{path}")

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        given = get(root)
        return None if given is None else kind(given)

    plain = Plain(f"value.{path}", kind)
    return strawberry.field(resolver=read, description=description, metadata={PLAIN: plain})


def detail(read: Callable[[Location], Any], description: str, *, gone: Any = None) -> Any:
    """A field of a location that AWS's list does not have: described when it is first needed.

    ``read`` gets the described location; ``gone`` is for one that has been deleted since.
    """

    async def later(value: ListedLocation, info: Info) -> Any:
        found = await locations.describe_location(info.context, value.arn)
        return gone if found is None else read(found)

    def resolve(root, info: Info):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        value = root.value
        return later(value, info) if isinstance(value, ListedLocation) else read(value)

    return loads(description)(resolve)


def member(*path: str, description: str) -> Any:
    """A field that returns a member of a location's description; null if it is absent."""
    return detail(lambda location: dig(location.described, path), description)


def members(*path: str, description: str) -> Any:
    """The same for a list, which is empty if the member is absent."""
    return detail(lambda location: dig(location.described, path) or [], description, gone=[])


def dig(found: Any, path: tuple[str, ...]) -> Any:
    """A member of a member, and so on; None where one is absent."""
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
