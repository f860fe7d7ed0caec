"""What the server knows of one kind of location. Every other module here describes one kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from graph.model import names
from graph.model.location import Location
from graph.model.resources import Resource

Members = Mapping[str, "Members | None"]
"""The members of a JSON object in order, each with its own members if it has any."""
Path = tuple[str, ...]
"""Where something stands in an input, from its root."""


def named(names: str, **nested: Members) -> Members:
    """Members by their names, with those of the nested ones."""
    return {name: nested.get(name) for name in names.split()}


def camel(name: str) -> str:
    """A field's name as inputs of GraphQL spell it, such as ``serverHostname``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def arns_in(spec: Any, path: Path) -> list[Resource]:  # noqa: ANN401 - of any kind
    """Everything that a specification names by its ARN, nested ones too, in the fields' order."""
    return list(_arns_in(spec, path))


def _arns_in(spec: Any, path: Path) -> Iterator[Resource]:  # noqa: ANN401 - of any kind
    for each in fields(spec):
        value, where = getattr(spec, each.name), (*path, camel(each.name))
        if is_dataclass(value):
            yield from _arns_in(value, where)
        elif each.name.endswith("_arn") and value:
            yield Resource(value, path=where)
        elif each.name.endswith("_arns"):
            yield from (Resource(arn, path=(*where, str(index))) for index, arn in enumerate(value))


def arns_at(described: Mapping[str, Any], *without: str) -> list[Resource]:
    """Everything that AWS's description of a location names by its ARN, nested ones too.

    ``without``: members to leave out, beside the ARN of the location.
    """
    return list(_arns_at(described, ("LocationArn", *without)))


def _arns_at(described: Mapping[str, Any], without: tuple[str, ...]) -> Iterator[Resource]:
    for name, value in described.items():
        if name in without:
            continue
        if isinstance(value, Mapping):
            yield from _arns_at(value, without)
        elif name.endswith(("Arn", "AwsIamRole")) and value:
            yield Resource(value)
        elif name.endswith("Arns"):
            yield from (Resource(arn) for arn in value or ())


def of_server(location: Location) -> list[Resource]:
    """What a location of a server uses: its agents, its secret and the roles."""
    return arns_at(location.described)


def of_file_system(location: Location) -> list[Resource]:
    """What a location of FSx uses. Empty if its network or file system cannot be told."""
    used = arns_at(location.described)
    host = location.uri.partition("://")[2].partition("/")[0]
    found = [part for part in host.split(".") if part.startswith("fs-")]
    if not location.described.get("SecurityGroupArns") or len(found) != 1:
        return []
    own = names.arn(location.arn)
    region = host.partition(".")[0] if "." in host else own.region
    home = f"{own.partition}:fsx:{region}:{own.account}"
    return [Resource(f"arn:{home}:file-system/{found[0]}"), *used]


def given(**members: object) -> dict[str, Any]:
    """The members of a request that have a value."""
    return {name: value for name, value in members.items() if value not in (None, (), [], {})}


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
    """The ARN or the address of what it reaches."""
    uri_names_target: bool = True
    """Whether the last part of the target stands in the location's URI."""
    resources: Callable[[Any, Path], list[Resource]] = arns_in
    """What the location uses, each with its place in the input."""
    needs_role: bool = False
    """Whether the server creates a role with which DataSync reaches the storage."""
    rest: Mapping[str, str] = field(default_factory=dict)
    """The members of a REST body by the specification's fields, required ones first; empty for the
    kinds that the original server did not create."""
    required: int = 0
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
    creation: Creation
    members: Members | None = None
    """The members that REST shows of its description, in the original server's order. None for the
    kinds that the original did not know: all of them."""
    more_schemes: tuple[str, ...] = ()
    resources_at: Callable[[Location], list[Resource]] = lambda _location: []
    """What an existing location uses; empty if that cannot be told from its description."""

    @property
    def member(self) -> str:
        """Of ``LocationInput``, as GraphQL spells it, such as ``fsxOntap``."""
        return camel(self.name.lower())
