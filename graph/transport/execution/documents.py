"""Parses and validates documents, and caches the valid ones within a bound."""

from __future__ import annotations

from operator import itemgetter
from typing import Final

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.transport.execution.limits import QueryLimits, too_costly
from graph.transport.execution.request import RequestError
from graph.transport.execution.shape import check_shape
from graph.transport.execution.wording import naming_arguments
from graph.transport.status import Stage

_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""Those that Strawberry validates with itself."""
_LARGEST_SHARE: Final = 20
"""A text that is longer than this fraction of the cache is not cached."""


class Documents:
    """The valid documents of one schema; the least recently used are evicted first."""

    def __init__(self, schema: GraphQLSchema, limits: QueryLimits) -> None:
        self._schema, self._limits = schema, limits
        self._kept: LRUCache[str, tuple[DocumentNode, int]]
        self._kept = LRUCache(limits.kept_characters, getsizeof=itemgetter(1))

    def get(self, text: str) -> DocumentNode:
        """The parsed document of a text. Raises RequestError if it is too large or invalid."""
        kept = self._kept.get(text)
        if kept is not None:
            return kept[0]
        document = self._checked(text)
        if len(text) * _LARGEST_SHARE <= self._limits.kept_characters:
            self._kept[text] = (document, len(text))
        return document

    def _checked(self, text: str) -> DocumentNode:
        try:
            document = self._parsed(text)
            check_shape(document, self._limits)
        except GraphQLSyntaxError as error:
            raise RequestError([error], Stage.UNPARSABLE) from None
        except GraphQLError as error:
            raise RequestError([error]) from None
        most = self._limits.errors
        errors = validate(self._schema, document, _RULES, max_errors=most, hide_suggestions=True)
        if errors:
            raise RequestError(naming_arguments(document, errors[:most]))
        return document

    def _parsed(self, text: str) -> DocumentNode:
        if len(text) > self._limits.characters:
            raise too_costly(f"The document has more than {self._limits.characters} characters.")
        try:
            return parse(text, max_tokens=self._limits.tokens)
        except RecursionError:
            raise too_costly("The document is nested too deeply.") from None
        except GraphQLError as error:
            if error.message.endswith("tokens. Parsing aborted."):
                raise too_costly(
                    f"The document has more than {self._limits.tokens} tokens."
                ) from None
            raise


def root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[FieldNode]:
    """The fields of an operation's root type in document order, those of fragments included."""
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    found: list[FieldNode] = []
    waiting = list(reversed(operation.selection_set.selections))
    while waiting:
        selection = waiting.pop()
        if isinstance(selection, FieldNode):
            found.append(selection)
        elif isinstance(selection, InlineFragmentNode):
            waiting.extend(reversed(selection.selection_set.selections))
        elif isinstance(selection, FragmentSpreadNode):
            fragment = fragments[selection.name.value]
            waiting.extend(reversed(fragment.selection_set.selections))
    return found


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, in its order."""
    return [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """GetOperation() of the specification. Raises RequestError if the choice is not unique."""
    operations = operations_of(document)
    if name is not None:
        operations = [d for d in operations if d.name and d.name.value == name]
    if len(operations) == 1:
        return operations[0]
    if name is not None:
        raise RequestError([GraphQLError(f'Unknown operation named "{name}".')])
    if operations:
        why = "Must provide operation name if query contains multiple operations."
        raise RequestError([GraphQLError(why)])
    raise RequestError([GraphQLError("Must provide an operation.")])
