"""A schema of ten lines, and the application that serves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

import strawberry

from graph.transport import GraphQLApp, Resumption, Schema, State, TransportLimits, make_schema
from graph.transport.execution import executor
from graph.transport.execution.executor import Result
from graph.transport.execution.persisted import PersistedDocuments
from graph.transport.execution.request import OperationRequest, RequestError


class CodedError(Exception):
    code = "NO_GOOD"


class Refused(Exception):
    """Of ``identify``, with the code that the token names."""

    def __init__(self, code: str) -> None:
        super().__init__("no")
        self.code = code


@dataclass(frozen=True)
class Context:
    who: str
    request_id: str


class Levels:
    """A source that a test feeds."""

    def __init__(self) -> None:
        self.followers: list[asyncio.Queue[str | Exception | None]] = []

    def tell(self, *states: str | Exception | None) -> None:
        """To all; None is the end."""
        for state in states:
            for follower in self.followers:
                follower.put_nowait(state)

    async def follow(self, of: str) -> AsyncGenerator[str, None]:
        told: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        self.followers.append(told)
        try:
            while (state := await told.get()) is not None:
                if isinstance(state, Exception):
                    raise state
                yield f"{of} {state}"
        finally:
            self.followers.remove(told)


LEVELS = Levels()
closed = threading.Event()
GATES: list[asyncio.Event] = []
"""The last is what slow mutations wait for."""
changes: list[str] = []
made: list[int] = []
"""What the subscriptions have yielded, for tests that look at who waits for whom."""
WITHDRAWN = {"message": "Credentials no longer valid", "extensions": {"code": "UNAUTHENTICATED"}}
"""The error that a stream ends with if the credentials of its caller are withdrawn."""


@strawberry.enum
class Colour(Enum):
    GREEN = "GREEN"


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, first: int = 1, colour: Colour | None = None) -> str:  # noqa: ARG002
        return "x" * min(first, 3)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret")

    @strawberry.field
    def coded(self) -> str | None:
        raise CodedError("told")

    @strawberry.field
    def never(self) -> str:
        raise CodedError("told")

    @strawberry.field
    def again(self, first: int | None = 2, last: int | None = None) -> Query:  # noqa: ARG002
        return Query()

    @strawberry.field
    def some(self, ids: list[strawberry.ID]) -> list[Query]:  # noqa: ARG002 - they multiply the cost
        return [Query()]

    @strawberry.field
    def all(self) -> list[Query]:
        return [Query()]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True

    @strawberry.mutation
    async def change_slowly(self) -> bool:
        """Waits for a gate, and notes in ``changes`` how far it came."""
        changes.append("begun")
        try:
            await GATES[-1].wait()
        except asyncio.CancelledError:
            changes.append("cancelled")
            raise
        changes.append("ended")
        return True


@strawberry.type
class Own:
    @strawberry.field
    def context(self, info: strawberry.Info[Context, None]) -> str:
        """The id of the context that it is executed with."""
        return info.context.request_id

    @strawberry.field
    def who(self, info: strawberry.Info[Context, None]) -> str:
        """The identity or, of a state, the rights that it is executed with."""
        return info.context.who


@strawberry.type
class Numbered:
    sequence: int


@strawberry.type
class Changed:
    subject: str
    cursor: str


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def numbered(
        self,
        after: int | None = None,
    ) -> AsyncGenerator[Numbered, None]:
        """A state that can be resumed, of the numbers that ``Levels`` are told."""
        async for state in LEVELS.follow(""):
            if int(state) != after:
                yield Numbered(sequence=int(state))

    @strawberry.subscription
    async def changes(self, after: str | None = None) -> AsyncGenerator[Changed, None]:  # noqa: ARG002
        """Changes of several subjects, as ``Levels`` are told: ``subject cursor``."""
        async for state in LEVELS.follow(""):
            subject, cursor = state.split()
            yield Changed(subject=subject, cursor=cursor)

    @strawberry.subscription
    async def own(self, to: int) -> AsyncGenerator[Own, None]:
        for _ in range(to):
            yield Own()

    @strawberry.subscription
    async def followed(self, of: str = "x") -> AsyncGenerator[Own, None]:
        """The same as ``level``, of an object."""
        async for _ in LEVELS.follow(of):
            yield Own()

    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        try:
            for number in range(to):
                made.append(number)
                yield number
            if to > 10:
                await asyncio.Event().wait()
        finally:
            closed.set()

    @strawberry.subscription
    async def level(self, of: str = "x") -> AsyncGenerator[str, None]:
        """What ``Levels`` are told, for tests of states that many follow."""
        async for state in LEVELS.follow(of):
            yield state

    @strawberry.subscription
    async def breaks(self, after: int = 0, *, coded: bool = False) -> AsyncGenerator[int, None]:
        for number in range(after):
            yield number
        raise CodedError("told") if coded else RuntimeError("secret")


def schema_with(persisted: PersistedDocuments | None = None) -> Schema:
    return make_schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        code_of=lambda error: getattr(error, "code", None),
        states={
            "level": State(),
            "followed": State(),
            "changes": State(
                Resumption("after", lambda e: str(e.cursor), lambda e: e.subject == "reset"),
                lambda e: str(e.subject),
            ),
            "numbered": State(Resumption("after", lambda event: event.sequence)),
        },
        persisted=persisted,
    )


SCHEMA = schema_with()


def is_ann(identity: object) -> bool:
    return identity == "ann"


async def identify(connection: Any, payload: Mapping[str, Any] | None) -> str:
    token = connection.headers.get("x-token") or (payload or {}).get("token") or "somebody"
    if token == "accident":
        raise RuntimeError("secret")
    if isinstance(token, str) and token.isupper():
        raise Refused(token)
    return str(token)


async def execute(
    query: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
) -> Result:
    """The result of one operation, without a transport."""
    request = OperationRequest(query, variables or {}, operation_name, "w", "r")
    try:
        operation = SCHEMA.prepare(request)
    except RequestError as error:
        return executor.refused(SCHEMA, error, "r")
    return await executor.execute(SCHEMA, operation, request, Context("w", "r"))


async def code_of(query: str, variables: dict[str, Any] | None = None) -> str | None:
    result = await execute(query, variables)
    return str((result.errors[0].extensions or {})["code"]) if result.errors else None


def unwanted(*_given: Any, **_more: Any) -> None:
    raise AssertionError("the expensive path was entered")


def app(schema: Schema = SCHEMA, **given: Any) -> GraphQLApp:
    """``given``: limits, or other arguments of the application."""
    names = {each.name for each in fields(TransportLimits)} & given.keys()
    limits = TransportLimits(**{"body_bytes": 100_000} | {name: given.pop(name) for name in names})
    usual: dict[str, Any] = {"identify": identify, "make_context": Context, "limits": limits}
    return GraphQLApp(schema, **usual | given)
