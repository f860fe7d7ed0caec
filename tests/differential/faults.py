"""Random values of the classes of a model, and values that are wrong where they are."""

from __future__ import annotations

import math
import types
from collections.abc import Awaitable, Collection, Generator, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from random import Random
from typing import Any, Union, get_args, get_origin, get_type_hints

from graphql.pyutils import Undefined

POSSIBLE = "possible"
"""The attribute of an interface's class with the classes that implement it."""
TEXTS = ("", "x", "AVAILABLE", "SUCCESS", "BASIC", "BYTES", "PREPARE", "NEW_WORD", "s3://b/p/")


class Later(Awaitable[Any]):
    """Can be awaited any number of times."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, Any, Any]:
        yield None
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


class Colour(Enum):
    RED = "red"


WRONG: tuple[Any, ...] = (
    None,
    Undefined,
    object(),
    ValueError("a value that is an error"),
    Later("late"),
    Later(None),
    Later(ValueError("late error")),
    2**31,
    2**70,
    -1,
    math.nan,
    math.inf,
    "text",
    True,
    7,
    1.5,
    [],
    [None],
    ("x", None),
    {},
    {"a"},
    iter(()),
    Colour.RED,
    datetime(2026, 1, 1, tzinfo=UTC),
)


def value_of(hint: Any, random: Random) -> Any:
    """A random value of an annotation."""
    hint = getattr(hint, "__supertype__", hint)  # of a NewType
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return value_of(random.choice(inner), random)
    if origin in (list, tuple, frozenset):
        many = [value_of(inner[0], random) for _ in range(random.randint(0, 3))]
        return origin(many)
    if origin is not None and issubclass(origin, Mapping):
        return {random.choice(TEXTS): random.choice(TEXTS)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return random.choice(list(hint))
    if is_dataclass(hint):
        return built(random.choice(vars(hint).get(POSSIBLE, [hint])), random)
    return _leaf(hint, random)


def _leaf(hint: Any, random: Random) -> Any:
    if hint is bool:
        return random.random() < 0.5
    if hint is int:
        return random.choice([0, 1, 2**29])
    if hint is float:
        return random.choice([0.0, 0.5, 1e300])
    if hint is datetime:
        return datetime(2026, 1, random.randint(1, 9), tzinfo=UTC)
    return None if hint in (None, type(None)) else random.choice(TEXTS)


def built(kind: Any, random: Random, /, **given: Any) -> Any:
    """A random instance of a dataclass; some of its members may be given."""
    hints = get_type_hints(kind)
    return kind(
        **{each.name: value_of(hints[each.name], random) for each in fields(kind) if each.init}
        | given
    )


def spoil(root: object, random: Random, spared: Collection[str] = ()) -> None:
    """Replaces up to three members of the objects below ``root`` by wrong values."""
    places = [place for place in _places(root, set()) if place[1] not in spared]
    for _ in range(random.randint(0, 3)):
        if places:
            instance, name = random.choice(places)
            object.__setattr__(instance, name, random.choice(WRONG))


def _places(value: object, seen: set[int]) -> Iterator[tuple[object, str]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, list | tuple):
        for each in value:
            yield from _places(each, seen)
    elif isinstance(value, dict):
        yield from _places(list(value.values()), seen)
    elif is_dataclass(value):
        for each in fields(value):
            yield value, each.name
            yield from _places(getattr(value, each.name, None), seen)
