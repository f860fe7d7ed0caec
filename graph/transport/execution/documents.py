"""Parses and validates documents, and caches the valid ones within a bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from graphql.language.parser import Parser
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from graph.concurrency import FairCache, may_pause
from graph.transport.execution.limits import QueryLimits, too_costly
from graph.transport.execution.plans.cache import Plans
from graph.transport.execution.request import Operation, RequestError
from graph.transport.execution.shape import check_shape
from graph.transport.execution.wording import naming_arguments
from graph.transport.status import Stage


class _Parser(Parser):
    """Pauses between tokens."""

    def advance_lexer(self) -> None:
        super().advance_lexer()
        may_pause()


class _Pausing(ValidationRule):
    """Finds nothing: pauses between the nodes of a document."""

    def enter(self, *_args: object) -> None:
        may_pause()


_RULES: Final[tuple[type[ASTValidationRule], ...]] = (
    _Pausing,
    *specified_rules,
    MaybeNullValidationRule,
    # Not OneOfInputValidationRule: graphql-core knows these inputs, see ``core_schema``.
)
"""Those that Strawberry validates with itself, but one."""
_SOURCE: Final = 8
"""Characters of a plan's source that take as much memory as a character of a parsed text."""
_LARGEST_SHARE: Final = 20
"""A text that is longer than this fraction of the cache is not cached."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document."""

    node: DocumentNode
    plans: Plans | None = None
    """What is compiled of it; None if nothing is, or if the document is too long to be cached."""
    operations: dict[str | None, Operation] = field(default_factory=dict)
    """By the name that a request gives: its operations, with their cost without variables."""


@dataclass(frozen=True, slots=True)
class _Kept:
    document: Document
    characters: int
    """Of its text, with its plans by what they take in memory."""


class Documents:
    """The valid documents of one schema."""

    def __init__(
        self, schema: GraphQLSchema, limits: QueryLimits, *, compiled: bool = True
    ) -> None:
        self._schema, self._limits, self._compiled = schema, limits, compiled
        self._kept: FairCache[tuple[str, bool], _Kept]
        self._kept = FairCache(limits.kept_characters, attrgetter("characters"))

    def get(self, text: str) -> Document:
        """The document of a text. Raises RequestError if it is too large or invalid."""
        return self.known(text) or self._keep(text, self._checked(text))

    def known(self, text: str) -> Document | None:
        """The document of a text, if it was valid before and is still kept."""
        kept = self._kept.get((text, True))
        return None if kept is None else kept.document

    def normal(self, text: str) -> Document:
        """The document of a normal form, without locations: see ``normal_text``."""
        kept = self._kept.get((text, False))
        if kept is not None:
            return kept.document
        return self._keep(text, parse(text, no_location=True), located=False)

    def _keep(self, text: str, node: DocumentNode, *, located: bool = True) -> Document:
        if len(text) * _LARGEST_SHARE > self._limits.kept_characters:
            return Document(node)
        key = text, located
        plans = None
        if self._compiled:
            plans = Plans(self._schema, node, grown=partial(self._weigh, key))
        document = Document(node, plans)
        self._kept.put(key, _Kept(document, len(text)))
        return document

    def _weigh(self, key: tuple[str, bool], characters: int) -> None:
        """Counts the plans of a document, which may be evicted for them."""
        kept = self._kept.get(key)
        if kept is not None:
            size = len(key[0]) + characters // _SOURCE
            self._kept.put(key, _Kept(kept.document, size))

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
            return _Parser(text, max_tokens=self._limits.tokens).parse_document()
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
