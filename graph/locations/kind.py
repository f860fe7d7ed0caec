"""What the server knows of one kind of location. Every other module here describes one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.model.location import Location
from graph.model.resources import Resource

Members = Mapping[str, "Members | None"]
"""The members of a JSON object in order, each with its own members if it has any."""
Path = tuple[str, ...]
"""Where something stands in an input, from its root."""


def named(names: str, **nested: Members) -> Members:
    """Members by their names, with those of the nested ones."""
    return {name: nested.get(name) for name in names.split()}


@dataclass(frozen=True, slots=True)
class Home:
    """Where a mover is created: its file systems have to be there too."""

    account_id: str
    region: str
    partition: str


@dataclass(frozen=True, slots=True)
class Creation:
    """How a location of one kind is created. ``Any`` stands for the kind's specification."""

    spec: type[Any]
    check: Callable[[Any, Home, Path], None]
    """Raises Invalid, with the place in the input, for what AWS would certainly refuse."""
    params: Callable[[Any, str | None], dict[str, Any]]
    """Of the create call, from a specification and the ARN of the role that reads it."""
    target: Callable[[Any], str]
    """The ARN of what it reaches, whose last part stands in the location's URI."""
    resources: Callable[[Any, Path], list[Resource]]
    """What the location uses, each with its place in the input."""
    needs_role: bool
    """Whether the server creates a role with which DataSync reaches the storage."""
    rest: Mapping[str, str]
    """The members of a REST body by the specification's fields, required ones first."""
    required: int
    """How many of them are required."""


@dataclass(frozen=True, slots=True)
class LocationKind:
    """One kind of location, as DataSync, GraphQL and REST name it."""

    name: str
    """As in ``Location.kind``, and as the type in REST."""
    scheme: str
    """Of its URIs."""
    operation: str
    """The end of the names of its create, describe and update operations."""
    members: Members | None = None
    """The members that REST shows of its description, in the original server's order. None for the
    kinds that the original did not know: all of them."""
    creation: Creation | None = None
    """None for kinds that the server shows and does not create."""
    more_schemes: tuple[str, ...] = ()
    resources_at: Callable[[Location], list[Resource]] = lambda _location: []
    """What an existing location uses; empty if that cannot be told from its description."""

    @property
    def member(self) -> str:
        """Of ``LocationInput``, as GraphQL spells it, such as ``fsxOntap``."""
        first, *others = self.name.lower().split("_")
        return first + "".join(map(str.capitalize, others))
