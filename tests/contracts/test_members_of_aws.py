"""Every member of every operation that is used is shown or set, or a reason says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from botocore import xform_name
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from strawberry.dataloader import DataLoader
from strawberry.utils.str_converters import to_camel_case

from graph.app import graphql_schema
from graph.aws.client.answers import REQUIRED
from graph.aws.client.service_models import datasync_model
from graph.aws.executions import run_of
from graph.aws.tasks import task_of_answer
from graph.locations import KINDS
from graph.model.mover import Account, Mover
from graph.schema import nodes
from graph.schema.location import Location
from graph.schema.locations import TYPES, of_its_kind
from graph.schema.run_fields import RunFields
from graph.schema.task_fields import TaskFields
from tests.contracts.members_of_aws import (
    LEFT_OUT,
    NOT_CALLED,
    PAGED,
    SHOWN_BESIDES,
)
from tests.contracts.requests_of_aws import NOT_SET, SET
from tests.schema.execution import select
from tests.schema.test_locations import location

ROOT: Final = Path(__file__).parents[2]
MODEL: Final = datasync_model()
TASK: Final = "arn:aws:datasync:us-east-1:222222222222:task/task-0123456789abcdef0"
RUN: Final = f"{TASK}/execution/exec-0123456789abcdef0"
_OF_KINDS: Final = {
    "".join(part.capitalize() for part in kind.operation.split("_")): name
    for name, kind in KINDS.items()
}


def called() -> list[str]:
    """The operations that the server calls."""
    return sorted(name for name in REQUIRED["datasync"] if name not in NOT_CALLED)


def leaves(shape: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The members of a shape that have no members: ``a.b``, and ``a[].b`` in each item."""
    if shape is None:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield from leaves(shape.member, f"{path}[]")
    else:
        yield path, shape


def within(path: str, table: Mapping[str, str]) -> bool:
    """Whether a row of the table is for the member, or for one that it is in."""
    return any(path == row or path.startswith((f"{row}.", f"{row}[")) for row in table)


def sentinel(path: str, shape: Any) -> Any:
    number = 1 + sum(path.encode())
    kinds = {
        "long": number,
        "integer": number,
        "timestamp": datetime.fromtimestamp(number, UTC),
        "blob": f"-{path}-".encode(),
    }
    return kinds.get(shape.type_name, f"-{path}-")


def nested(path: str, value: Any) -> dict[str, Any]:
    """An answer that has only this member."""
    name, _, rest = path.partition(".")
    inner = nested(rest, value) if rest else value
    return {name.removesuffix("[]"): [inner] if name.endswith("[]") else inner}


def selection(kind: str, only: set[str] | None = None, depth: int = 4) -> str:
    """Every field of a type that needs no arguments, but for lists of further pages."""
    found = graphql_schema().core.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    parts = []
    for name, field in found.fields.items():
        inner = get_named_type(field.type)
        if (
            name in ("tags", "id", "agents")
            or field.args
            or (only is not None and name not in only)
        ):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif depth:
            parts.append(f"{name} {selection(inner.name, None, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


def values(found: Any) -> Iterator[Any]:
    if isinstance(found, Mapping):
        for each in found.values():
            yield from values(each)
    elif isinstance(found, list):
        for each in found:
            yield from values(each)
    else:
        yield found


def fields_of(kind: Any, besides: set[str]) -> set[str]:
    """The fields that a type declares, in camel case."""
    names = {field.python_name for field in kind.__strawberry_definition__.fields}
    return {to_camel_case(name) for name in names} - besides


async def shown_of_run(described: dict[str, Any]) -> Any:
    base = {"TaskExecutionArn": RUN, "Status": "SUCCESS"}
    only = fields_of(RunFields, {"advice", "startedBy", "cancelledBy"})
    runs = SimpleNamespace(observed=lambda _run_arn: None)
    context = SimpleNamespace(services=SimpleNamespace(runs=runs))
    value = nodes.Run(value=run_of(base | described))
    return await select(nodes.Run, value, selection("Run", only), context)


async def shown_of_task(described: dict[str, Any]) -> Any:
    base = {
        "TaskArn": TASK,
        "Status": "x",
        "SourceLocationArn": "x",
        "DestinationLocationArn": "x",
        "Schedule": {"ScheduleExpression": "x"},
    }

    async def load(arns: list[str]) -> list[Any]:
        return [task_of_answer(base | described)] * len(arns)

    async def untagged(arns: list[str]) -> list[Any]:
        return [()] * len(arns)

    mover = Mover(
        account=Account("222222222222", "us-east-1"),
        task_arn=TASK,
        name="n",
        status="s",
        mode="m",
        tags=(),
    )
    loaders = {"task": DataLoader(load_fn=load), "tags": DataLoader(load_fn=untagged)}
    context = SimpleNamespace(loaders=SimpleNamespace(**loaders))
    only = fields_of(TaskFields, set())
    return await select(nodes.Mover, nodes.Mover(value=mover), selection("Mover", only), context)


async def shown_of_location(kind: str, described: dict[str, Any]) -> Any:
    value = of_its_kind(location(kind, "x://y/", **described))
    name = TYPES[kind].__name__
    return await select(Location, value, f"{{ ... on {name} {selection(name)} }}")


@pytest.mark.parametrize("operation", ["DescribeTaskExecution", "DescribeTask"])
async def test_every_member_of_a_run_and_of_a_task_is_shown(operation: str) -> None:
    render = shown_of_run if operation == "DescribeTaskExecution" else shown_of_task
    left = LEFT_OUT[operation] | SHOWN_BESIDES.get(operation, {})
    members = dict(leaves(MODEL.operation_model(operation).output_shape))
    assert await hidden(render, members, left) == {p for p in members if within(p, left)}


@pytest.mark.parametrize("end", _OF_KINDS)
async def test_every_member_of_a_location_is_shown(end: str) -> None:
    async def render(described: dict[str, Any]) -> Any:
        return await shown_of_location(_OF_KINDS[end], described)

    left = LEFT_OUT.get(f"DescribeLocation{end}", {})
    members = dict(leaves(MODEL.operation_model(f"DescribeLocation{end}").output_shape))
    for name in ("LocationArn", "LocationUri", "CreationTime"):
        del members[name]  # attributes of their own
    assert await hidden(render, members, left) == {p for p in members if within(p, left)}


async def hidden(render: Any, members: Mapping[str, Any], expected: Mapping[str, str]) -> set[str]:
    """The members that no field shows beside the others or, where that is not expected, alone."""
    together: dict[str, Any] = {}
    for path, shape in members.items():
        together = merged(together, nested(path, sentinel(path, shape)))
    found = set(values(await render(together)))
    missing = set()
    for path, shape in members.items():
        value = text(path, shape)
        if value not in found and (
            within(path, expected)
            or value not in set(values(await render(nested(path, sentinel(path, shape)))))
        ):
            missing.add(path)
    return missing


def merged(one: Any, other: Any) -> Any:
    if isinstance(one, list):
        return [merged(*pair) for pair in zip(one, other, strict=True)]
    if not isinstance(one, dict):
        return one
    return {
        name: merged(one[name], other[name])
        if name in one and name in other
        else (one | other)[name]
        for name in {**one, **other}
    }


def text(path: str, shape: Any) -> Any:
    """How a member's value is shown."""
    value = sentinel(path, shape)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("operation", called())
def test_every_other_member_of_an_answer_has_a_field_or_a_reason(operation: str) -> None:
    paths = {path for path, _ in leaves(MODEL.operation_model(operation).output_shape)}
    tables = (LEFT_OUT.get(operation, {}), SHOWN_BESIDES.get(operation, {}))
    assert stale(paths, *tables) == []
    if not operation.startswith("Describe"):
        assert [p for p in paths if not within(p, tables[0] | tables[1] | PAGED)] == []


@pytest.mark.parametrize("operation", called())
def test_every_member_of_a_request_is_set_or_has_a_reason(operation: str) -> None:
    paths = {path for path, _ in leaves(MODEL.operation_model(operation).input_shape)}
    tables = (SET.get(operation, {}), NOT_SET.get(operation, {}))
    assert stale(paths, *tables) == []
    assert [p for p in paths if not within(p, tables[0] | tables[1] | PAGED)] == []
    assert tables[0].keys() & tables[1].keys() == set()


def stale(paths: set[str], *tables: Mapping[str, str]) -> list[str]:
    """Rows of members that do not exist."""
    return [
        row for table in tables for row in table if not any(within(p, {row: ""}) for p in paths)
    ]


def test_every_operation_of_the_tables_is_called_and_no_other() -> None:
    rows = {*LEFT_OUT, *SHOWN_BESIDES, *SET, *NOT_SET}
    assert rows <= set(called())
    written = "\n".join(file.read_text() for file in sorted((ROOT / "graph/aws").rglob("*.py")))
    for name in REQUIRED["datasync"]:
        if "Location" in name and name not in ("ListLocations", "DeleteLocation"):
            continue  # their names are put together
        assert (f'"{xform_name(name)}"' in written) == (name not in NOT_CALLED), name


@pytest.mark.parametrize(
    "field",
    sorted({f for table in (*SHOWN_BESIDES.values(), *SET.values()) for f in table.values()}),
)
def test_every_field_of_the_tables_exists(field: str) -> None:
    kind, _, name = field.partition(".")
    found: Any = graphql_schema().core.type_map[kind]
    assert name in found.fields
