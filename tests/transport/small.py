"""A schema of ten lines, and the application that serves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import strawberry

from graph.transport import GraphQLApp, make_schema


class CodedError(Exception):
    code = "NO_GOOD"


class Refused(Exception):
    code = "UNAUTHENTICATED"


closed = threading.Event()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, first: int = 1) -> str:
        return "x" * min(first, 3)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret")

    @strawberry.field
    def coded(self) -> str | None:
        raise CodedError("told")

    @strawberry.field
    def again(self, first: int = 2) -> Query:  # noqa: ARG002 - it multiplies the cost
        return Query()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        try:
            for number in range(to):
                yield number
            if to > 10:
                await asyncio.Event().wait()
        finally:
            closed.set()


SCHEMA = make_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    code_of=lambda error: getattr(error, "code", None),
)


async def identify(connection: Any, payload: Mapping[str, Any] | None) -> str:
    if connection.headers.get("x-token") == "bad" or (payload or {}).get("token") == "bad":
        raise Refused("no")
    return "somebody"


def app() -> GraphQLApp:
    return GraphQLApp(
        SCHEMA, identify=identify, make_context=lambda who, _: {"who": who}, body_limit=100_000
    )
