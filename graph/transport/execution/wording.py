"""Rewords the GraphQL library's messages for clients: in JSON's terms, naming the argument."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ValueNode,
    VariableDefinitionNode,
    print_ast,
)

_SUGGESTION: Final = re.compile(r" Did you mean [^?]*\?")
_OF_VARIABLE: Final = re.compile(r"Variable '\$\w+' has invalid value")
_PLACE: Final = re.compile(
    r"(Variable '\$|Argument ')(\w+)' has invalid value(?: at ((?:\.\w+|\[\d+\])+))?:"
)
_QUOTED: Final = re.compile(r"(?:[,;] found|(?<= value)): .*", re.DOTALL)
"""What the library quotes of a variable is a value of Python."""


def worded(message: str) -> str:
    """The message without suggestions and without values in the notation of Python."""
    message = _SUGGESTION.sub("", message).replace("not to be None.", "not to be null.")
    opening = _OF_VARIABLE.match(message)
    if opening is None:
        return message
    rest = _QUOTED.sub("", message[opening.end() :]).rstrip(".")
    return f"{opening[0]}{rest}."


def place_of(message: str) -> dict[str, list[str]]:
    """The variable or argument whose value a message of the library is about, as extensions.

    Its name, and the members and indices down to the part that is wrong.
    """
    found = _PLACE.match(message)
    if found is None:
        return {}
    kind = "variable" if found[1].startswith("Variable") else "argument"
    return {kind: [found[2], *re.findall(r"\w+", found[3] or "")]}


def naming_arguments(document: DocumentNode, errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors of validation; those about a value begin with its argument or its variable."""
    return [_naming_argument(document, error) for error in errors]


def _naming_argument(document: DocumentNode, error: GraphQLError) -> GraphQLError:
    node = error.nodes[0] if error.nodes else None
    if not isinstance(node, ValueNode | ObjectFieldNode):
        return error
    path, found = _place_of(document, node)
    if not path:
        return error
    kind = "variable" if path[0].startswith("$") else "argument"
    return GraphQLError(
        f"{kind.capitalize()} '{'.'.join(path)}': {error.message}",
        nodes=[found],
        original_error=error.original_error,
        extensions={**(error.extensions or {}), kind: [path[0].removeprefix("$"), *path[1:]]},
    )


def _place_of(document: DocumentNode, wanted: Node) -> tuple[list[str], Node]:
    """The argument that a value is in with its members down to the value, and the value itself.

    Of the default of a variable, the variable with a ``$``.
    """
    waiting: list[tuple[Node, list[str]]] = [(document, [])]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, VariableDefinitionNode):
            path = [f"${node.variable.name.value}"]
        elif isinstance(node, ArgumentNode):
            path = [node.name.value]
        elif path and isinstance(node, ObjectFieldNode):
            path = [*path, node.name.value]
        if node is wanted or (wanted.loc is None and _is_same(node, wanted)):
            return path, node
        if path and isinstance(node, ListValueNode):
            waiting += [(value, [*path, str(index)]) for index, value in enumerate(node.values)]
        else:
            waiting += [(child, path) for child in _children(node)]
    return [], wanted


def _is_same(node: Node, copied: Node) -> bool:
    """Whether a node is the one that the library has copied, without its location."""
    return isinstance(node, ValueNode) and print_ast(node) == print_ast(copied)


def _children(node: Node) -> Iterator[Node]:
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, Node))
