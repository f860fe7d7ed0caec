"""One-line fields: a description and where the value stands."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import strawberry

from graph.context import Context

Info = strawberry.Info[Context, None]


def attribute(path: str, description: str, **options: Any) -> Any:
    """A field that shows an attribute of the node's ``value``."""
    read = attrgetter(f"value.{path}")
    return strawberry.field(resolver=lambda root: read(root), description=description, **options)


def member(*path: str, description: str) -> Any:
    """A field that shows a member of what AWS said of the node's ``value``; null if it is absent."""

    def read(root: Any) -> Any:
        found = root.value.described
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    return strawberry.field(resolver=lambda root: read(root), description=description)


def members(*path: str, description: str) -> Any:
    """The same for a list, which is empty where AWS gives none."""

    def read(root: Any) -> Any:
        found = root.value.described
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found or []

    return strawberry.field(resolver=lambda root: read(root), description=description)
