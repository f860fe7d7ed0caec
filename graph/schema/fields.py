"""Shorthands for fields that only read a value: where it is, and its description."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import strawberry

from graph.context import Context

Info = strawberry.Info[Context, None]


def attribute(path: str, description: str) -> Any:
    """A field that returns an attribute of the object's ``value``."""
    get = attrgetter(f"value.{path}")

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return get(root)

    return strawberry.field(resolver=read, description=description)


def member(*path: str, description: str) -> Any:
    """A field that returns a member of AWS's response; null where it is absent."""

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return _dig(root.value.described, path)

    return strawberry.field(resolver=read, description=description)


def members(*path: str, description: str) -> Any:
    """The same for a list, which is empty where the member is absent."""

    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return _dig(root.value.described, path) or []

    return strawberry.field(resolver=read, description=description)


def _dig(found: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
