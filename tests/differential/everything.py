"""A schema with all kinds of types and fields, and random values for it."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from datetime import datetime
from enum import Enum
from random import Random
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from graph.model.plain import PLAIN, Plain
from graph.schema.scalars import SCALARS, Arn, BigInt
from graph.transport import QueryLimits, make_schema
from graph.transport.execution.pacing import Pacer
from tests.differential.faults import Later, built

READS = {PLAIN: Plain()}
T = TypeVar("T")


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Page(Generic[T]):
    items: list[T]
    total: int | None


@strawberry.type
class Leaf(Named):
    number: int
    ratio: float | None
    ok: bool
    size: Size
    sizes: list[Size | None] | None
    at: datetime | None
    arn: Arn
    big: BigInt | None
    code: strawberry.ID

    @strawberry.field(metadata=READS)
    def twice(self) -> int:
        return self.number * 2

    @strawberry.field(metadata=READS)
    def told(self, info: strawberry.Info[Any, None]) -> str:
        return f"{self.name} {info.context.told}"


@strawberry.type
class Grid:
    numbers: list[list[int]]
    some: list[list[int | None] | None] | None
    leaves: list[list[Leaf | None]]


Either = Annotated[Leaf | Grid, strawberry.union("Either")]


@strawberry.type
class Node(Named):
    leaf: Leaf
    perhaps: Leaf | None
    leaves: list[Leaf]
    named: list[Named]
    either: Either | None
    both: list[Either | None]
    grid: Grid | None
    page: strawberry.Private[Any]

    @strawberry.field
    def itself(self) -> Node:
        return self

    @strawberry.field
    async def later(self) -> Node | None:
        return self

    @strawberry.field
    async def never(self) -> str:
        raise ValueError(f"never {self.name}")

    @strawberry.field
    def nodes(self) -> list[Node]:
        return [self, self]

    @strawberry.field(metadata=READS)
    def leaf_page(self) -> Page[Leaf]:
        return Page(items=self.leaves, total=len(self.leaves))


@strawberry.type
class Query:
    @strawberry.field
    def node(self, info: strawberry.Info[Any, None]) -> Node | None:
        return info.context.node  # type: ignore[no-any-return]

    @strawberry.field
    async def nodes(self, info: strawberry.Info[Any, None]) -> list[Node]:
        return [info.context.node, info.context.other]

    @strawberry.field
    def either(self, info: strawberry.Info[Any, None]) -> list[Either]:
        return [info.context.node.leaf, info.context.other.grid]

    @strawberry.field
    def late(self, info: strawberry.Info[Any, None]) -> list[Leaf | None]:
        return [Later(info.context.node.leaf), info.context.other.leaf]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def followed(self, info: strawberry.Info[Any, None]) -> AsyncGenerator[Node, None]:
        for _ in range(3):
            yield info.context.node


class Values:
    """The context: two random nodes."""

    told = "context"

    def __init__(self, random: Random) -> None:
        self.node, self.other = _node(random), _node(random)


def _node(random: Random) -> Node:
    leaves = [built(Leaf, random) for _ in range(3)]
    grid = built(Grid, random, leaves=[leaves, []])
    return Node(
        name="n",
        leaf=leaves[0],
        perhaps=random.choice([None, leaves[1]]),
        leaves=leaves,
        named=[leaves[2], leaves[0]],
        either=random.choice([None, leaves[0], grid]),
        both=[None, grid, leaves[1]],
        grid=grid,
        page=None,
    )


SCHEMA = make_schema(
    query=Query,
    subscription=Subscription,
    scalars=SCALARS,
    limits=QueryLimits(depth=30, cost=10**9),
)
SCHEMA.pacer = Pacer(math.inf)
"""Pauses would make the order of errors depend on the speed of the machine."""
