"""Resumes a state after the event that a client has already, which differs between clients.

It is taken out of the operation, so that clients that reconnect share the execution of the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    IntValueNode,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
)

from graph.transport.execution.backlog import Member
from graph.transport.execution.normal import normal_text

_MOST: Final = 1 << 31
"""GraphQL's Int has 32 bits."""


class Shared(NamedTuple):
    """What clients that resume a state at different events have in common."""

    text: str
    after: int | str | None
    """The event that this client has already."""
    variable: str | None
    """The variable that says so, which is no part of the text."""


def without_resumption(
    document: DocumentNode,
    definition: OperationDefinitionNode,
    variables: Mapping[str, Any],
    argument: str,
    kind: type[int | str] = int,
) -> Shared | None:
    """The normal text of an operation without an argument of its field.

    None if that would not mean the same: the argument is missing or invalid, or its variable is
    used elsewhere.
    """
    field = definition.selection_set.selections[0]
    if not isinstance(field, FieldNode):
        return None
    given = [each.value for each in field.arguments or () if each.name.value == argument]
    if not given:
        return None
    declared = definition.variable_definitions or ()
    variable = given[0].name.value if isinstance(given[0], VariableNode) else None
    kept = tuple(each for each in declared if each.variable.name.value != variable)
    try:
        after = _value(given[0], declared, variables, kind)
    except (TypeError, ValueError):
        return None
    text = normal_text(document, _rest(definition, field, argument, kept))
    if variable is not None and re.search(rf"\${variable}\b", text):
        return None
    return Shared(text, after, variable)


def _rest(
    definition: OperationDefinitionNode,
    field: FieldNode,
    argument: str,
    variables: tuple[VariableDefinitionNode, ...],
) -> OperationDefinitionNode:
    arguments = tuple(each for each in field.arguments or () if each.name.value != argument)
    rest = FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=arguments,
        directives=field.directives,
        selection_set=field.selection_set,
    )
    return OperationDefinitionNode(
        operation=definition.operation,
        name=definition.name,
        variable_definitions=variables,
        directives=definition.directives,
        selection_set=SelectionSetNode(selections=(rest, *definition.selection_set.selections[1:])),
    )


def _value(
    node: ValueNode,
    declared: tuple[VariableDefinitionNode, ...],
    variables: Mapping[str, Any],
    kind: type[int | str],
) -> int | str | None:
    """The value of a nullable Int or String. Raises an error if it is not certainly valid."""
    if isinstance(node, NullValueNode):
        return None
    if isinstance(node, IntValueNode):
        return _checked(int(node.value), kind)
    if isinstance(node, StringValueNode):
        return _checked(node.value, kind)
    if not isinstance(node, VariableNode):
        raise TypeError("neither an Int nor a String")
    name = node.name.value
    (definition,) = (each for each in declared if each.variable.name.value == name)
    if isinstance(definition.type, NonNullTypeNode) and variables.get(name) is None:
        raise ValueError("required")
    if name in variables:
        return _checked(variables[name], kind)
    default = definition.default_value
    return None if default is None else _value(default, (), {}, kind)


def _checked(value: object, kind: type[int | str]) -> int | str | None:
    if value is None or (kind is str and type(value) is str):
        return value
    if kind is int and type(value) is int and -_MOST <= value < _MOST:
        return value
    raise ValueError("not of the argument's type")


class _Numbered(Protocol):
    @property
    def sequence(self) -> int | str | None: ...


N = TypeVar("N", bound=_Numbered)


class Resumed(Member[N]):
    """A member that has an event already, and gets it again only if it is the last one."""

    __slots__ = ("_after", "_held", "_member")

    def __init__(self, member: Member[N], after: int | str) -> None:
        self._member, self._after = member, after
        self._held: N | None = None

    def put(self, value: N, /) -> None:
        self._held = value if value.sequence == self._after else None
        if self._held is None:
            self._member.put(value)

    def close(self) -> None:
        if self._held is not None:  # a client that gets nothing takes that for an error
            self._member.put(self._held)
        self._member.close()
