"""Random schemas, with the classes of their objects and random values."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum, EnumType
from inspect import signature
from random import Random
from typing import Annotated, Any, Final, Union

import strawberry
from strawberry.dataloader import DataLoader

from graph.model.plain import PLAIN, Plain
from graph.schema.scalars import SCALARS, Arn, BigInt
from graph.transport import QueryLimits, make_schema
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.schema import Schema
from tests.differential.faults import POSSIBLE, value_of

LEAVES: Final = (str, int, float, bool, strawberry.ID, datetime, BigInt, Arn)
PRIVATE: Final = "_of_"
"""Before the names of attributes that only resolvers read."""
FAILING: Final = ("AVAILABLE", 2**29, 0.5)
"""Values that cannot be loaded."""


class RandomSchema:
    """A schema of a few types that contain each other, none of them itself."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._leaves: list[Any] = list(LEAVES)
        self._composite: list[Any] = []
        self._roots: dict[str, Any] = {}
        for number in range(random.randint(1, 2)):
            words = {f"V{index}": f"v{index}" for index in range(random.randint(1, 3))}
            made: Any = EnumType.__call__(Enum, f"E{number}", words)
            self._leaves.append(strawberry.enum(made))
        objects = self._objects()
        self._composite += [self._union(f"U{n}", objects) for n in range(random.randint(0, 2))]
        last = self._type("Last", (), random.randint(2, 5))
        self._composite.append(last)
        self.schema: Schema = make_schema(
            query=self._query(),
            types=[*objects, last],
            scalars=SCALARS,
            limits=QueryLimits(depth=30, cost=10**9),
        )
        self.schema.pacer = Pacer(math.inf)

    def values(self) -> Roots:
        """The context of an execution: a random value for each root field."""
        return Roots({name: value_of(hint, self._random) for name, hint in self._roots.items()})

    def _objects(self) -> list[Any]:
        """Object types, some of which implement interfaces."""
        found: list[Any] = []
        for number in range(self._random.randint(1, 2)):
            interface = self._class(f"I{number}", (), self._random.randint(1, 3), resolved=False)
            interface = strawberry.interface(interface)
            possible = [
                self._type(f"T{number}{index}", (interface,), self._random.randint(0, 4))
                for index in range(self._random.randint(1, 3))
            ]
            setattr(interface, POSSIBLE, possible)
            found += possible
            self._composite += [interface, *possible]
        return found

    def _union(self, name: str, objects: list[Any]) -> Any:
        members = self._random.sample(objects, self._random.randint(1, len(objects)))
        return Annotated[Union[tuple(members)], strawberry.union(name)]  # noqa: UP007 - made here

    def _type(self, name: str, bases: tuple[Any, ...], fields: int) -> Any:
        return strawberry.type(self._class(name, bases, fields))

    def _class(
        self, name: str, bases: tuple[Any, ...], fields: int, *, resolved: bool = True
    ) -> Any:
        annotations: dict[str, Any] = {}
        members: dict[str, Any] = {"__annotations__": annotations}
        for index in range(fields):
            field, hint = f"{name.lower()}_{index}", self._hint()
            if resolved and self._random.random() < 0.4:
                private = f"{PRIVATE}{field}"
                annotations[private] = _private(hint)
                members[field] = self._resolved(private, hint)
            else:
                annotations[field] = hint
        return type(name, bases, members)

    def _hint(self) -> Any:
        """The type of a field: a leaf or what exists so far, perhaps in lists, perhaps null."""
        chance = self._random.random()
        many = self._composite if self._composite and chance < 0.4 else self._leaves
        hint = self._random.choice(many)
        for _ in range(self._random.choice([0, 0, 0, 1, 1, 2])):
            hint = _list_of(self._nullable(hint))
        return self._nullable(hint)

    def _nullable(self, hint: Any) -> Any:
        return hint | None if self._random.random() < 0.4 else hint

    def _resolved(self, private: str, hint: Any) -> Any:
        """A field with a resolver: one that may be compiled, another, or one that waits."""
        kind = self._random.choice([*RESOLVERS, *LOADING])
        resolve = (RESOLVERS | LOADING)[kind](private)
        if self._random.random() < 0.4:
            resolve = _asked(resolve)
        resolve.__annotations__["return"] = hint
        metadata = {PLAIN: Plain()} if kind in ("plain", "informed") else {}
        if kind in LOADING:
            metadata = {PLAIN: Plain(loads=True)}
        return strawberry.field(resolver=resolve, metadata=metadata)

    def _query(self) -> Any:
        for index in range(self._random.randint(2, 4)):
            hint = self._random.choice(self._composite)
            if self._random.random() < 0.6:
                hint = _list_of(self._nullable(hint))
            self._roots[f"root_{index}"] = self._nullable(hint)
        members: dict[str, Any] = {}
        for name, hint in self._roots.items():
            resolve = _root(name)
            resolve.__annotations__["return"] = hint
            members[name] = strawberry.field(resolver=resolve)
        return strawberry.type(type("Query", (), members))


class Roots:
    """The values of the root fields, and a loader of the attributes of objects."""

    told = "context"

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.begin()

    def begin(self) -> None:
        """Before an execution: forgets what the last one has loaded."""
        self.batches: list[list[str]] = []
        self._objects: dict[int, Any] = {}
        self._loader: DataLoader[tuple[int, str], Any] = DataLoader(load_fn=self._load)

    def load(self, instance: Any, name: str) -> Awaitable[Any]:
        """An attribute; an error for some of the objects."""
        return self._loader.load(self._key(instance, name))

    def prime(self, instance: Any, name: str) -> None:
        self._loader.prime(self._key(instance, name), getattr(instance, name))

    def _key(self, instance: Any, name: str) -> tuple[int, str]:
        self._objects[id(instance)] = instance
        return id(instance), name

    async def _load(self, keys: list[tuple[int, str]]) -> list[Any]:
        self.batches.append([name for _, name in keys])
        return [self._loaded(self._objects[key], name) for key, name in keys]

    def _loaded(self, instance: Any, name: str) -> Any:
        found = getattr(instance, name)
        return ValueError(f"no {name}") if found in FAILING else found


def _list_of(hint: Any) -> Any:
    return list[hint]


def _private(hint: Any) -> Any:
    private: Any = strawberry.Private
    return private[hint]


def _root(name: str) -> Callable[..., Any]:
    def resolve(info: strawberry.Info[Any, None]) -> Any:
        return info.context.values[name]

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _plain(private: str) -> Callable[..., Any]:
    def resolve(self: Any) -> Any:
        return getattr(self, private)

    return resolve


def _informed(private: str) -> Callable[..., Any]:
    def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        assert info.context.told
        return getattr(self, private)

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _waiting(private: str) -> Callable[..., Any]:
    async def resolve(self: Any) -> Any:
        return getattr(self, private)

    return resolve


def _failing(private: str) -> Callable[..., Any]:
    def resolve(self: Any) -> Any:
        raise ValueError(f"{private} of {type(self).__name__}")

    return resolve


def _loads(private: str) -> Callable[..., Any]:
    async def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        return await info.context.load(self, private)

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _loads_again(private: str) -> Callable[..., Any]:
    async def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        await info.context.load(self, "__doc__")
        return await info.context.load(self, private)

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _loads_many(private: str) -> Callable[..., Any]:
    async def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        load = info.context.load
        _, found = await asyncio.gather(load(self, "__doc__"), load(self, private))
        return found

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _loaded_before(private: str) -> Callable[..., Any]:
    async def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        info.context.prime(self, private)
        return await info.context.load(self, private)

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _loads_perhaps(private: str) -> Callable[..., Any]:
    async def later(self: Any, info: strawberry.Info[Any, None]) -> Any:
        return await info.context.load(self, private)

    def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        found = getattr(self, private)
        return later(self, info) if isinstance(found, str) else found

    resolve.__annotations__["info"] = strawberry.Info[Any, None]
    return resolve


def _asked(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """The same with arguments, of which some make it fail or find nothing."""

    def asked(
        self: Any, info: strawberry.Info[Any, None], number: int | None = 1, ok: Any = None
    ) -> Any:
        if number == 0:
            return None
        if number == 3:
            raise ValueError(f"{ok!r}")
        return resolve(self, info) if "info" in signature(resolve).parameters else resolve(self)

    hints = {"info": strawberry.Info[Any, None], "number": int | None, "ok": bool | None}
    asked.__annotations__ = hints
    return asked


RESOLVERS: Final[dict[str, Callable[[str], Callable[..., Any]]]] = {
    "plain": _plain,
    "informed": _informed,
    "other": _plain,
    "waiting": _waiting,
    "failing": _failing,
}
LOADING: Final[dict[str, Callable[[str], Callable[..., Any]]]] = {
    "loads": _loads,
    "loads again": _loads_again,
    "loads many": _loads_many,
    "loaded before": _loaded_before,
    "loads perhaps": _loads_perhaps,
}
