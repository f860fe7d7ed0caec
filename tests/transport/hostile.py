"""Requests made to be expensive: for each argument of a schema, as much as the limits let pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)

from graph.transport import QueryLimits

BODY: Final = 1 << 20
LIMITS: Final = QueryLimits()
_VALID: Final = {"AccountId": "222222222222", "Boolean": True, "Int": 1, "BigInt": 1}

Place = tuple[str, ...]
"""Names of input fields from an argument on."""
Fill = Callable[[Any], Any]
"""Makes a large value from the type at a place."""


def fields(schema: GraphQLSchema) -> list[str]:
    """The root fields of queries and mutations that have arguments."""
    return sorted(name for _, name, field in _root_fields(schema) if field.args)


def requests(schema: GraphQLSchema, wanted: str) -> Iterator[tuple[str, bytes]]:
    """A name and a body for each list and each string that a client may send to a root field.

    An input type that several places have, such as that of both ends of a mover, is filled in one
    of them. Bodies that the server would not read are left out.
    """
    seen: set[str] = set()
    for operation, name, field in _root_fields(schema):
        for argument, definition in field.args.items() if name == wanted else ():
            for place, kind in _places(definition.type, seen):
                for label, body in _bodies(operation, name, field.args, argument, place, kind):
                    if len(body) <= BODY:
                        yield f"{name}.{'.'.join((argument, *place))}: {label}", body


def _root_fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    """Each with the name of its type and its own."""
    for root in (schema.query_type, schema.mutation_type):
        if root is not None:
            yield from ((root.name, name, field) for name, field in root.fields.items())


def _places(kind: Any, seen: set[str], place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Where in an argument's type a list or a leaf stands; not in the input types seen before."""
    named = get_nullable_type(kind)
    if is_list_type(named) or not is_input_object_type(named):
        yield place, named
    inner = get_named_type(kind)
    if is_input_object_type(inner) and not is_list_type(named) and inner.name not in seen:
        seen.add(inner.name)
        for name, field in inner.fields.items():
            yield from _places(field.type, seen, (*place, name))


def _bodies(  # noqa: PLR0913, PLR0917
    operation: str,
    field: str,
    arguments: dict[str, GraphQLArgument],
    argument: str,
    place: Place,
    kind: Any,
) -> Iterator[tuple[str, bytes]]:
    aliases = LIMITS.mutations if operation == "Mutation" else LIMITS.aliases
    for label, value in _large(kind, aliases):
        for times in (1, aliases) if label.endswith("the limit of a document") else (aliases,):
            variables: dict[str, Any] = {
                name: _minimal(each.type)
                for name, each in arguments.items()
                if is_non_null_type(each.type) or name == argument
            }
            variables[argument] = _put(variables[argument], arguments[argument].type, place, value)
            query = _document(operation, field, arguments, list(variables), times)
            body = json.dumps({"query": query, "variables": variables}).encode()
            yield f"{label} x {times}", body


def _large(kind: Any, aliases: int) -> Iterator[tuple[str, Any]]:
    if is_list_type(kind):
        item = _minimal(kind.of_type)
        most = BODY // (len(json.dumps(item)) + 2) - 2_000
        weight = 1 + (len(item) if isinstance(item, dict) else 0)
        yield "a body of items", [item] * most
        yield "items up to the limit of a document", [item] * (LIMITS.values // weight - 50)
        yield "items up to the limit of each", [item] * (LIMITS.values // weight // aliases - 50)
        yield "lists in lists", [[[]]] * 100_000
        yield "objects", [{}] * 200_000
    yield "a body of text", "x" * (BODY - 2_000)
    yield "text up to the limit of a document", "\u00e9" * ((LIMITS.values - 50) * 100 // 6)
    yield "text up to the limit of each", "x" * ((LIMITS.values // aliases - 50) * 100)
    yield "an object of many members", {f"m{n}": n for n in range(70_000)}


def _minimal(kind: Any) -> Any:
    """A value that the type takes, as small as it can be."""
    named = get_nullable_type(kind)
    if is_list_type(named):
        return []
    if isinstance(named, GraphQLInputObjectType):
        required = {n: f for n, f in named.fields.items() if is_non_null_type(f.type)}
        if not required and named.is_one_of:
            required = dict([next(iter(named.fields.items()))])
        return {
            name: _minimal(field.type) for name, field in required.items() if not _optional(field)
        }
    return _VALID.get(named.name, "x" * 12)


def _optional(field: Any) -> bool:
    return bool(field.default_value)


def _put(base: Any, kind: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    named = get_nullable_type(kind)
    name, *rest = place
    inner = {} if named.is_one_of else dict(base or {})
    field = named.fields[name]
    inner[name] = _put(_minimal(field.type), field.type, tuple(rest), value)
    return inner


def _document(
    operation: str,
    field: str,
    arguments: dict[str, GraphQLArgument],
    used: list[str],
    times: int,
) -> str:
    declared = ", ".join(f"${name}: {arguments[name].type}" for name in used)
    given = ", ".join(f"{name}: ${name}" for name in used)
    fields = " ".join(f"a{n}: {field}({given}) {{ __typename }}" for n in range(times))
    return f"{operation.lower()}({declared}) {{ {fields} }}"
