"""The normal form of an operation: equal for texts that ask for the same in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    print_ast,
)
from graphql.language.print_string import print_string


def normal_text(document: DocumentNode, definition: OperationDefinitionNode) -> str:
    """A document with one operation, without its name, and the fragments that it uses.

    Texts that differ in comments, insignificant whitespace, other operations, the order of
    arguments or fragments, or how strings are quoted have the same normal form. Printing with
    graphql-core's visitors would take ten times as long.
    """
    return _Printer(document).operation(definition)


def declared(definition: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that an operation declares; a client may send others, which are ignored."""
    names = {each.variable.name.value for each in definition.variable_definitions or ()}
    return {name: value for name, value in variables.items() if name in names}


class _Printer:
    """Prints selections, and collects the fragments that they spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._known = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._printed: dict[str, str] = {}

    def operation(self, node: OperationDefinitionNode) -> str:
        variables = ",".join(map(_variable, node.variable_definitions or ()))
        head = f"{node.operation.value}{f'({variables})' if variables else ''}"
        body = head + _directives(node.directives) + self._set(node.selection_set.selections)
        return body + "".join(self._printed[name] for name in sorted(self._printed))

    def _set(self, selections: Iterable[SelectionNode]) -> str:
        return f"{{{' '.join(map(self._selection, selections))}}}"

    def _selection(self, node: SelectionNode) -> str:
        if isinstance(node, FieldNode):
            alias = f"{node.alias.value}:" if node.alias else ""
            inner = self._set(node.selection_set.selections) if node.selection_set else ""
            head = f"{alias}{node.name.value}{_arguments(node.arguments)}"
            return head + _directives(node.directives) + inner
        if isinstance(node, FragmentSpreadNode):
            self._fragment(node.name.value)
            return f"...{node.name.value}{_directives(node.directives)}"
        if not isinstance(node, InlineFragmentNode):
            raise TypeError(f"{node.kind} is no selection")
        on = f" on {node.type_condition.name.value}" if node.type_condition else ""
        return f"...{on}{_directives(node.directives)}{self._set(node.selection_set.selections)}"

    def _fragment(self, name: str) -> None:
        if name in self._printed:
            return
        self._printed[name] = ""  # a fragment never spreads itself, but two may spread a third
        node = self._known[name]
        head = f"fragment {name} on {node.type_condition.name.value}{_directives(node.directives)}"
        self._printed[name] = head + self._set(node.selection_set.selections)


def _variable(node: VariableDefinitionNode) -> str:
    default = f"={_value(node.default_value)}" if node.default_value else ""
    kind = print_ast(node.type)
    return f"${node.variable.name.value}:{kind}{default}{_directives(node.directives)}"


def _directives(nodes: Iterable[DirectiveNode] | None) -> str:
    return "".join(f"@{node.name.value}{_arguments(node.arguments)}" for node in nodes or ())


def _arguments(nodes: Iterable[ArgumentNode] | None) -> str:
    return f"({_named(nodes)})" if nodes else ""


def _named(nodes: Iterable[ArgumentNode | ObjectFieldNode]) -> str:
    return ",".join(sorted(f"{node.name.value}:{_value(node.value)}" for node in nodes))


def _value(node: ValueNode) -> str:
    if isinstance(node, StringValueNode):
        return print_string(node.value)
    if isinstance(node, ListValueNode):
        return f"[{','.join(map(_value, node.values))}]"
    if isinstance(node, ObjectValueNode):
        return f"{{{_named(node.fields)}}}"
    return print_ast(node)
