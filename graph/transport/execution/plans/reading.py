"""How the value of a field is read from its object, where that needs no waiting."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from graph.model.plain import PLAIN, Plain
from graph.transport.execution.plans.outcomes import Unsupported


class Path(NamedTuple):
    """Attributes of the object, one after the other."""

    names: tuple[str, ...]
    word: type[Enum] | None = None
    """The enum that the attribute is converted to."""


class Call(NamedTuple):
    """A function of the object."""

    function: Callable[..., Any]
    root: str | None
    """The keyword that takes the object; None if it is the first argument."""
    info: str | None
    """The keyword that takes the ``info``, if there is one."""
    loads: bool = False
    """Whether it may return a coroutine, which waits for DataLoaders."""
    arguments: StrawberryField | None = None
    """The field whose arguments it takes as keywords; None if it has none."""


def reading_of(field: GraphQLField) -> Path | Call:
    """How to read a field.

    Raises Unsupported for one that may have an effect, or wait for anything but DataLoaders.
    """
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions:
        raise Unsupported("the field has extensions")
    if definition.is_basic_field:
        if definition.default_resolver is not getattr:
            raise Unsupported("the field has a resolver of its own")
        return Path(_names(definition.python_name))
    plain = definition.metadata.get(PLAIN)
    if not isinstance(plain, Plain) or definition.is_subscription:
        raise Unsupported("the field is not marked")
    if definition.is_async and not plain.loads:
        raise Unsupported("the field may wait")
    if plain.path is not None:
        return Path(_names(plain.path), plain.word)
    return _call(definition, loads=plain.loads)


def call_of(field: GraphQLField) -> tuple[StrawberryField, Call]:
    """The function that resolves a field, which may do anything, with Strawberry's definition.

    Raises Unsupported for a field without one, and for one that more happens around.
    """
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions:
        raise Unsupported("the field has extensions")
    if definition.is_subscription:
        raise Unsupported("the events of a subscription have no resolver")
    return definition, _call(definition)


def class_of(definition: object) -> tuple[type, ...]:
    """The classes of the objects of a type, from Strawberry's definition of it.

    Raises Unsupported for a type that decides by itself which objects it has.
    """
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
        raise Unsupported("the type decides which objects it has")
    generic = definition.concrete_of
    return (definition.origin,) if generic is None else (definition.origin, generic.origin)


def _call(definition: StrawberryField, *, loads: bool = False) -> Call:
    resolver = definition.base_resolver
    if resolver is None or not callable(resolver.wrapped_func):
        raise Unsupported("the field has no function")
    root = resolver.root_parameter or resolver.parent_parameter
    if (root is None) == (resolver.self_parameter is None):
        raise Unsupported("the resolver does not take its object once")
    info = resolver.info_parameter
    return Call(
        resolver.wrapped_func,
        root=None if root is None else root.name,
        info=None if info is None else info.name,
        loads=loads,
        arguments=definition if definition.arguments else None,
    )


def _names(path: str) -> tuple[str, ...]:
    names = tuple(path.split("."))
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        raise Unsupported("no path of attributes")
    return names
