"""What subscribers have to have in common, beside their rights, to share one execution."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

from graph.transport.execution.backlog import Member, Resuming
from graph.transport.execution.documents import Documents, chosen
from graph.transport.execution.limits import too_costly
from graph.transport.execution.normal import declared, normal_text
from graph.transport.execution.request import Operation, OperationRequest, RequestError
from graph.transport.execution.resuming import Resumed, without_resumption


@dataclass(frozen=True, slots=True)
class SharedOperation:
    """A subscription without what differs between subscribers that are shown the same."""

    text: str
    variables: Mapping[str, Any]
    operation: Operation
    request: OperationRequest
    """Of the subscriber that came first; its identity must not be used."""
    after: int | str | None = None
    """The event that this subscriber has already, of a state that is resumed."""
    whole: tuple[str, Mapping[str, Any]] | None = None
    """Of changes: the text and the variables with that event, at which the source begins."""

    @classmethod
    def of(cls, operation: Operation, request: OperationRequest) -> Self:
        document, definition = operation.document, operation.definition
        variables = declared(definition, request.variables)
        resumption = operation.state.resumption if operation.state else None
        if resumption is not None:
            kind = int if resumption.opens is None else str
            rest = without_resumption(document, definition, variables, resumption.argument, kind)
            if rest is not None:
                whole = None
                if resumption.opens is not None and rest.after is not None:
                    whole = (normal_text(document, definition), dict(variables))
                variables.pop(rest.variable or "", None)
                return cls(rest.text, variables, operation, request, rest.after, whole)
        return cls(normal_text(document, definition), variables, operation, request)

    @property
    def key(self) -> Hashable:
        """Raises RequestError if the variables nest deeper than they can be encoded."""
        try:
            encoded = orjson.dumps(self.variables, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            raise RequestError([too_costly("The variables are nested too deeply.")]) from None
        # As text: the bytes would keep the whole buffer of 4 kB that they were written to.
        return self.text, encoded.decode(), self.request.operation_name

    def resumed(self, member: Member[Any], after: int | str) -> Member[Any]:
        """The member, without what it has already."""
        return Resuming(member, after) if self.whole else Resumed(member, after)

    def opened(self, documents: Documents) -> tuple[Operation, OperationRequest]:
        """The operation and the request to execute.

        The document has no locations: in errors they would be those of the first text.
        """
        text, variables = self.whole or (self.text, self.variables)
        document = documents.normal(text)
        operation = replace(
            self.operation,
            document=document.node,
            definition=chosen(document.node, None),
            plans=document.plans,
        )
        return operation, replace(
            self.request,
            query=text,
            variables=variables,
            operation_name=None,
            identity=None,
        )
