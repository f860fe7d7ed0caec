"""The parameters of a GraphQL request in a body, in a URL or in a WebSocket message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLError

from graph.transport.body import decode
from graph.transport.execution.request import RequestError
from graph.transport.refusals import Refusal
from graph.transport.status import MALFORMED

_OBJECTS: Final = ("variables", "extensions")
_NO_QUERY: Final = "No GraphQL query found in the request"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a well-formed request, whose document has not been parsed."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    persisted: bool = False
    """Whether the hash of a document stands for it, which this server does not offer."""

    @staticmethod
    def not_persisted() -> RequestError:
        """The error after which clients send the document itself.

        Apollo's automatic persisted queries are the protocol.
        """
        code = {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}
        return RequestError([GraphQLError("PersistedQueryNotSupported", extensions=code)])


def read_parameters(data: Any) -> Parameters:
    """The parameters in the body of a request. Raises Refusal if they are not well-formed.

    Unknown members are ignored.
    """
    if isinstance(data, list):
        raise Refusal(MALFORMED, "send one operation per request; batches are not supported")
    if not isinstance(data, dict):
        raise Refusal(MALFORMED, "the body must be a JSON object with a query")
    problem = problem_of(data)
    if problem:
        raise Refusal(MALFORMED, problem)
    parameters = parameters_of(data)
    if not parameters.query and not parameters.persisted:
        raise Refusal(MALFORMED, _NO_QUERY)
    return parameters


def read_url_parameters(given: Mapping[str, str]) -> Parameters:
    """The same for the query part of a URL, where an empty parameter equals an absent one."""
    data: dict[str, Any] = {name: value for name, value in given.items() if value}
    for name in _OBJECTS:
        if name in data:
            try:
                data[name] = decode(data[name])
            except ValueError as error:
                raise Refusal(400, f"`{name}` must be JSON") from error
    return read_parameters(data)


def problem_of(data: Mapping[str, Any]) -> str | None:
    """What is wrong with the types of the parameters; None if nothing is."""
    for name in _OBJECTS:
        if not isinstance(data.get(name), dict | None):
            return f"`{name}` must be an object or null"
    if not isinstance(data.get("operationName"), str | None):
        return "`operationName` must be a string or null"
    query = data.get("query")
    if query is None:
        return None if _is_persisted(data) else _NO_QUERY
    return None if isinstance(query, str) else "`query` must be a string"


def parameters_of(data: Mapping[str, Any]) -> Parameters:
    """The parameters in an object that has no problem."""
    query = data.get("query") or ""
    persisted = not query and _is_persisted(data)
    return Parameters(query, data.get("variables") or {}, data.get("operationName"), persisted)


def _is_persisted(data: Mapping[str, Any]) -> bool:
    return isinstance((data.get("extensions") or {}).get("persistedQuery"), dict)
