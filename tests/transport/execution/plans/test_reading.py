"""Which fields may be read without their resolvers, and how."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.permission import BasePermission

from graph.model.plain import PLAIN, Plain
from graph.transport import make_schema
from graph.transport.execution.plans.outcomes import Unsupported
from graph.transport.execution.plans.reading import Call, Path, reading_of

READS = {PLAIN: Plain()}
LOADS = {PLAIN: Plain(loads=True)}


class Nobody(BasePermission):
    def has_permission(self, *_given: Any, **_more: Any) -> bool:
        return False


def read(root: Any) -> str:
    return str(root)


@strawberry.type
class Query:
    basic: str
    path: str = strawberry.field(resolver=read, metadata={PLAIN: Plain("value.text")})
    root: str = strawberry.field(resolver=read, metadata=READS)
    unmarked: str = strawberry.field(resolver=read)
    guarded: str = strawberry.field(permission_classes=[Nobody])
    keyword: str = strawberry.field(resolver=read, metadata={PLAIN: Plain("value.class")})

    @strawberry.field(metadata=READS)
    def method(self) -> str:
        return "x"

    @strawberry.field(metadata=READS)
    def told(self, info: strawberry.Info) -> str:
        return str(info)

    @strawberry.field(metadata=LOADS)
    async def loaded(self, info: strawberry.Info) -> str:
        return str(info)

    @strawberry.field(metadata=LOADS)
    async def loaded_by(self, what: int = 1) -> str:
        return str(what)

    @strawberry.field(metadata=READS)
    async def later(self) -> str:
        return "x"

    @strawberry.field(metadata=READS)
    def asked(self, what: int = 1) -> str:
        return str(what)


SCHEMA = make_schema(query=Query)


def reading(name: str) -> Path | Call:
    assert SCHEMA.core.query_type is not None
    return reading_of(SCHEMA.core.query_type.fields[name])


def test_attributes_are_read_by_their_path() -> None:
    assert reading("basic") == Path(("basic",))
    assert reading("path") == Path(("value", "text"))


def test_functions_are_called_as_strawberry_calls_them() -> None:
    root, method, told = reading("root"), reading("method"), reading("told")
    assert isinstance(root, Call)
    assert (root.function, root.root, root.info) == (read, "root", None)
    assert isinstance(method, Call)
    assert (method.root, method.info) == (None, None)
    assert isinstance(told, Call)
    assert (told.root, told.info) == (None, "info")


def test_resolvers_that_wait_for_loaders_are_called_too() -> None:
    loaded = reading("loaded")
    assert isinstance(loaded, Call)
    assert (loaded.info, loaded.loads) == ("info", True)
    told = reading("told")
    assert isinstance(told, Call)
    assert not told.loads


@pytest.mark.parametrize("name", ["asked", "loadedBy"])
def test_arguments_are_those_of_the_field(name: str) -> None:
    asked = reading(name)
    assert isinstance(asked, Call)
    assert asked.arguments is not None
    assert [each.python_name for each in asked.arguments.arguments] == ["what"]


@pytest.mark.parametrize("name", ["unmarked", "guarded", "keyword", "later"])
def test_all_others_are_left_to_graphql_core(name: str) -> None:
    with pytest.raises(Unsupported):
        reading(name)
