"""The table of DataSync's operations and members: where each is in GraphQL, or why it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import GraphQLObjectType, build_schema, get_named_type, is_leaf_type

from graph.app import graphql_schema
from graph.schema.locations import TYPES
from tests.contracts.members_of_aws import LEFT_OUT, NOT_USED, PAGED, SHOWN_BESIDES
from tests.contracts.requests_of_aws import NOT_SET, SET
from tests.contracts.test_members_of_aws import (
    _OF_KINDS,
    MODEL,
    called,
    leaves,
    merged,
    nested,
    shown_of_location,
    shown_of_run,
    shown_of_task,
    within,
)

FIRST: Final = "0.1.0"
_BASE: Final = Path(__file__).with_name(f"schema-{FIRST}.graphql")
NEXT: Final = "next release"
_OF_LOCATIONS: Final = {
    "LocationArn": "Location.arn",
    "LocationUri": "Location.uri",
    "CreationTime": "Location.createdAt",
}


def table() -> str:
    """In Markdown: a heading for each operation, and a row for each of its members."""
    return "\n".join(line for name in MODEL.operation_names for line in _operation(name)).strip()


def _operation(name: str) -> Iterator[str]:
    yield f"\n### {name}\n"
    if name not in called():
        yield f"Not used: {NOT_USED[_family(name)]}."
        return
    operation = MODEL.operation_model(name)
    rows = [*_of_request(name, operation.input_shape), *_of_answer(name, operation.output_shape)]
    if not rows:
        yield "Has no members but those of the request id."
        return
    yield from ("| member | of the | in GraphQL, or why not | since |", "|---|---|---|---|")
    for path, part, field, reason in rows:
        yield f"| `{path}` | {part} | {f'`{field}`' if field else reason} | {since(field)} |"


Row = tuple[str, str, str | None, str]
"""A member, request or answer, the field, and the reason if there is none."""


def _of_request(name: str, shape: Any) -> Iterator[Row]:
    for path, _ in leaves(shape):
        field = _within(path, SET.get(name, {}))
        yield path, "request", field, _within(path, NOT_SET.get(name, {}) | PAGED) or ""


def _of_answer(name: str, shape: Any) -> Iterator[Row]:
    shown = fields_of_answer(name)
    for path, _ in leaves(shape):
        field = shown.get(path) or _within(path, SHOWN_BESIDES.get(name, {}))
        yield path, "answer", field, _within(path, LEFT_OUT.get(name, {}) | PAGED) or ""


def _within(path: str, rows: Mapping[str, str]) -> str | None:
    return next((text for row, text in rows.items() if within(path, {row: ""})), None)


@cache
def fields_of_answer(name: str) -> Mapping[str, str]:
    """By member: the field that shows it, found by giving each member a value of its own."""
    kind = _OF_KINDS.get(name.removeprefix("DescribeLocation"))
    if name.startswith("DescribeLocation") and kind is not None:
        return _OF_LOCATIONS | _shown(name, TYPES[kind].__name__, _renders(kind))
    if name == "DescribeTaskExecution":
        return _shown(name, "Run", shown_of_run)
    return _shown(name, "Mover", shown_of_task) if name == "DescribeTask" else {}


def _renders(kind: str) -> Any:
    async def render(described: dict[str, Any]) -> Any:
        return await shown_of_location(kind, described)

    return render


def _shown(name: str, kind: str, render: Any) -> dict[str, str]:
    """Members that exclude each other are given alone."""
    own = _OF_LOCATIONS if name.startswith("DescribeLocation") else {}
    members = dict(leaves(MODEL.operation_model(name).output_shape))
    values = {path: _value(index, shape) for index, (path, shape) in enumerate(members.items())}
    together: dict[str, Any] = {}
    for path, value in values.items():
        if path not in own:
            together = merged(together, nested(path, value))
    found = _placed(kind, asyncio.run(render(together)))
    shown = {}
    for path, value in values.items():
        field = found.get(_text(value))
        if field is None and path not in own:
            field = _placed(kind, asyncio.run(render(nested(path, value)))).get(_text(value))
        if field is not None:
            shown[path] = field
    return shown


def _value(index: int, shape: Any) -> Any:
    number = 1_000_003 + index
    kinds = {
        "long": number,
        "integer": number,
        "timestamp": datetime.fromtimestamp(number, UTC),
        "blob": f"-{number}-".encode(),
    }
    return kinds.get(shape.type_name, f"-{number}-")


def _text(value: Any) -> str:
    """How a value is shown."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.decode() if isinstance(value, bytes) else str(value)


def _placed(kind: str, found: Any) -> dict[str, str]:
    """By value: the field of a type that has it, the outermost one if several have."""
    placed: dict[str, str] = {}
    inside: dict[str, str] = {}
    declared = graphql_schema().core.type_map[kind]
    assert isinstance(declared, GraphQLObjectType)
    for name, value in (found or {}).items():
        inner = get_named_type(declared.fields[name].type)
        for each in value if isinstance(value, list) else [value]:
            if is_leaf_type(inner):
                placed.setdefault(str(each), f"{kind}.{name}")
            elif each is not None:
                inside |= _placed(inner.name, each)
    return inside | placed


@cache
def _first_fields() -> frozenset[str]:
    """Those of the first release."""
    types = build_schema(_BASE.read_text(encoding="utf-8")).type_map
    return frozenset(
        f"{name}.{field}" for name, kind in types.items() for field in getattr(kind, "fields", {})
    )


def since(field: str | None) -> str:
    """The release that a field came with; nothing for none."""
    if field is None:
        return ""
    return FIRST if field in _first_fields() else NEXT


def _family(name: str) -> str:
    """Operations of all kinds of locations count as one."""
    return "UpdateLocation" if name.startswith("UpdateLocation") else name
