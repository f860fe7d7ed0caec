"""One operation that a client asks for, on whatever transport."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType

from graph.transport.execution.plans.cache import Plans
from graph.transport.report import Summary
from graph.transport.status import Stage

ALL: Final = frozenset(OperationType)


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """What stands for the text of a document, or says which text it has to be."""

    id: str | None = None
    """``documentId``: the id of a persisted document, or ``sha256:`` and its hash."""
    automatic_hash: str | None = None
    """The hash by which Apollo's automatic persisted queries name it."""

    def __bool__(self) -> bool:
        return self.id is not None or self.automatic_hash is not None

    @property
    def claimed_hash(self) -> str | None:
        """The SHA-256 that the text must have if it is sent as well."""
        if self.id is not None and self.id.startswith("sha256:"):
            return self.id.removeprefix("sha256:")
        return self.automatic_hash


NO_REFERENCE: Final = DocumentReference()


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What the client sent, and who it is."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    identity: Any
    """The caller, as the application has identified it."""
    request_id: str = field(compare=False)
    allowed: frozenset[OperationType] = ALL
    """The types of operation that the transport can carry."""
    reference: DocumentReference = NO_REFERENCE
    with_cost: bool = field(default=False, compare=False)
    """Whether the response is to say what it cost."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """How a client that reconnects to a state says which event it has already."""

    argument: str
    """A nullable Int or String of the field: the sequence of the last event that was received."""
    sequence_of: Callable[[Any], int | str]
    """The sequence number of an event."""
    opens: Callable[[Any], bool] | None = None
    """Of changes, all of which a client needs: whether an event means that it has to begin anew.
    The first event is such a one; its sequence is that of the argument where the events that
    followed are known, and come next. The sequence is a String then."""


SubjectOf = Callable[[Any], Hashable]
"""What an event is about, of a subscription that follows several subjects."""


@dataclass(frozen=True, slots=True)
class State:
    """A subscription whose events are states: a client that has the newest misses nothing."""

    resumption: Resumption | None = None
    """None if it cannot be resumed."""
    subject_of: SubjectOf | None = None
    """None if its events are all about the same. Otherwise a client needs the newest of each."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that may be executed: valid, within the limits, and allowed."""

    document: DocumentNode
    definition: OperationDefinitionNode
    summary: Summary
    state: State | None = None
    """None for anything but a subscription of which only the newest event counts."""
    fields: int = 0
    """That the answer may have."""
    calls: int = 0
    """To services behind the server that the answer may take."""
    plans: Plans | None = field(default=None, compare=False)
    """What is compiled of the document."""

    @property
    def type(self) -> OperationType:
        return self.definition.operation


class RequestError(Exception):
    """An operation that is not executed. The errors say why; each has a code or gets one."""

    def __init__(self, errors: list[GraphQLError], stage: Stage = Stage.INVALID) -> None:
        super().__init__(errors[0].message)
        self.errors, self.stage = errors, stage


class NotAllowed(RequestError):
    """An operation of a type that the transport or the method does not carry."""

    def __init__(self, kind: OperationType) -> None:
        super().__init__([GraphQLError(f"{_PLURALS[kind]} are not allowed here.")])
        self.kind = kind


_PLURALS: Final = {
    OperationType.QUERY: "Queries",
    OperationType.MUTATION: "Mutations",
    OperationType.SUBSCRIPTION: "Subscriptions",
}
