"""Marks fields and scalars that can be evaluated without calling their resolvers or serializers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar

PLAIN: Final = "plain"
"""In the metadata of a Strawberry field: its ``Plain``."""
_UNCHANGED: Final = "unchanged"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Plain:
    """A field whose resolver only reads.

    The resolver does not wait and has no effect, so that it may be called twice; it changes
    none of its arguments, and uses nothing of ``info`` but the context. See also ``loads``.
    """

    path: str | None = None
    """What it returns, as a path of attributes of its object such as ``value.status``; None if it
    has to be called."""
    word: type[Enum] | None = None
    """The enum that it converts the attribute to; it leaves None as it is."""
    loads: bool = False
    """Whether the resolver waits for DataLoaders, and for nothing else: it uses no timeout, task
    group or context variable of its own, as its first step may be taken by another task than the
    others. It may be a coroutine function, or return a coroutine for some objects only."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The values that a scalar serializes to themselves."""

    kind: type[str | int | bool]
    """Of exactly this class."""
    low: int | None = None
    high: int | None = None


def unchanged(
    kind: type[str | int | bool], low: int | None = None, high: int | None = None
) -> Callable[[F], F]:
    """Marks the serializer of a scalar: it returns values of exactly this class as they are.

    Of numbers, those from ``low`` to ``high``.
    """

    def mark(serialize: F) -> F:
        setattr(serialize, _UNCHANGED, Unchanged(kind, low, high))
        return serialize

    return mark


def unchanged_by(serialize: object) -> Unchanged | None:
    """What a serializer has been marked with."""
    return getattr(serialize, _UNCHANGED, None)
