"""Fields that only read a value, and lookups that find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from graph.app import graphql_schema
from graph.model import errors
from graph.model.errors import ApiError, NotFound
from graph.model.location import ListedLocation
from graph.model.plain import PLAIN
from graph.schema.fields import attribute, member, members, or_null

OTHERS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ApiError) and not issubclass(kind, NotFound)
]
QUERY = "{ thing { name deep list } }"


@dataclass
class Place:
    name: str


@dataclass
class Value:
    place: Place
    described: Any


@strawberry.type
class Thing:
    value: strawberry.Private[Value]
    name: str = attribute("place.name", "The name of the place.")
    deep: str | None = member("Config", "Role", description="The role.")
    list: list[str] = members("Config", "Groups", description="The groups.")


async def read(described: Any) -> dict[str, Any]:
    @strawberry.type
    class Query:
        @strawberry.field
        def thing(self) -> Thing:
            return Thing(value=Value(Place("here"), described))

    result = await strawberry.Schema(Query).execute(QUERY)
    assert result.errors is None
    assert result.data is not None
    thing: dict[str, Any] = result.data["thing"]
    return thing


async def test_members_of_a_response_are_read_at_their_depth() -> None:
    described = {"Config": {"Role": "r", "Groups": ["a", "b"]}, "Role": "other", "Groups": ["c"]}
    assert await read(described) == {"name": "here", "deep": "r", "list": ["a", "b"]}


@pytest.mark.parametrize(
    "described",
    [
        {},
        {"Config": None},
        {"Config": {}},
        {"Config": "no object"},
        {"Config": {"Role": None, "Groups": None}},
        {"Role": "r", "Groups": ["a"]},
    ],
)
async def test_what_a_response_lacks_is_null_or_empty(described: dict[str, Any]) -> None:
    assert await read(described) == {"name": "here", "deep": None, "list": []}


async def looked_up(found: object) -> object:
    if isinstance(found, Exception):
        raise found
    return found


@pytest.mark.parametrize("found", ["mover", "", 0, None])
async def test_a_lookup_returns_what_it_finds(found: object) -> None:
    assert await or_null(looked_up(found)) == found


async def test_a_lookup_of_what_does_not_exist_is_null() -> None:
    assert await or_null(looked_up(NotFound("there is none"))) is None


@pytest.mark.parametrize("kind", [*OTHERS, KeyError, TimeoutError])
async def test_any_other_failure_of_a_lookup_is_not_hidden(kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await or_null(looked_up(kind("failed")))


def reachable(root: str) -> set[str]:
    """The names of the object types that a document may select from a root type."""
    schema = graphql_schema().core
    found: set[str] = set()
    waiting = [schema.type_map[root]]
    while waiting:
        each = waiting.pop()
        if each.name in found or not isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            continue
        found.add(each.name)
        if isinstance(each, GraphQLInterfaceType):
            waiting += schema.get_possible_types(each)
        waiting += [get_named_type(field.type) for field in each.fields.values()]
    return found


def resolvers(types: set[str]) -> dict[str, str]:
    """What each field declares that it depends on, where it takes the context at all."""
    type_map = graphql_schema().core.type_map
    return {
        f"{name}.{field.python_name}": str(field.base_resolver.info_parameter.annotation)
        for name in types
        for field in type_map[name].extensions["strawberry-definition"].fields
        if field.base_resolver and field.base_resolver.info_parameter
    }


def test_nothing_that_a_subscription_can_show_depends_on_who_asks() -> None:
    """What it shows is shared by all with equal rights; ``Info`` has no identity."""
    found = resolvers(reachable("Subscription"))
    assert {"Mover.last_run", "Run.started_by", "Account.orphans"} <= found.keys()
    assert {name: info for name, info in found.items() if info != "Info"} == {}


def test_the_viewer_and_changes_do_depend_on_who_asks() -> None:
    found = resolvers({"Query", "Mutation"})
    of_callers = {name for name, info in found.items() if info == "CallerInfo"}
    changes = {name for name in found if name.startswith("Mutation.")}
    waits = {"Query.wait_for_run", "Query.wait_for_operation"}  # end if the credential is withdrawn
    assert of_callers == {"Query.viewer"} | waits | changes


async def test_a_described_location_is_read_at_once_and_a_listed_one_is_loaded() -> None:
    described = Value(Place("here"), {"Config": {"Role": "r"}})
    field = graphql_schema().core.type_map["S3Location"].fields["storageClass"]  # type: ignore[attr-defined]
    definition = field.extensions["strawberry-definition"]
    assert definition.metadata[PLAIN].loads
    resolve, info = definition.base_resolver.wrapped_func, SimpleNamespace(context=None)
    assert resolve(SimpleNamespace(value=described), info=info) is None
    later = resolve(
        SimpleNamespace(value=ListedLocation(arn="a", kind="S3", uri="s3://b/")), info=info
    )
    assert iscoroutine(later)
    later.close()


def test_no_root_field_is_marked_as_only_loading() -> None:
    """It would be executed twice where a plan fails."""
    marked = {
        f"{kind.name}.{name}"
        for kind in graphql_schema().core.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in kind.fields.items()
        if _plain(field) is not None and _plain(field).loads
    }
    assert {"Mover.source", "Mover.lastRun", "Mover.createdAt", "Run.startedBy"} <= marked
    assert not {name for name in marked if name.startswith(("Mutation.", "Query."))}


def _plain(field: Any) -> Any:
    definition = field.extensions.get("strawberry-definition")
    return None if definition is None else definition.metadata.get(PLAIN)
