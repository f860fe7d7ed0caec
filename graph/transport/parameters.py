"""The parameters of a GraphQL request in a body, in a URL or in a WebSocket message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.transport.body import decode
from graph.transport.execution.request import NO_REFERENCE, DocumentReference
from graph.transport.refusals import Refusal
from graph.transport.status import MALFORMED

_OBJECTS: Final = ("variables", "extensions")
_OBJECT: Final = (dict, type(None))
_TEXT: Final = (str, type(None))
_NO_QUERY: Final = "The request has no GraphQL query."
_HASH: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a well-formed request, whose document has not been parsed."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    reference: DocumentReference = NO_REFERENCE
    with_cost: bool = False
    """Whether the response is to say what it cost: ``"extensions": {"cost": true}``."""


def read_parameters(data: Any) -> Parameters:
    """The parameters in the body of a request. Raises Refusal if they are not well-formed.

    Unknown members are ignored.
    """
    if isinstance(data, list):
        raise Refusal(MALFORMED, "Send one operation per request. Batches are not supported.")
    if not isinstance(data, dict):
        raise Refusal(MALFORMED, "The body must be a JSON object with a query.")
    problem = problem_of(data)
    if problem:
        raise Refusal(MALFORMED, problem)
    parameters = parameters_of(data)
    if not parameters.query and not parameters.reference:
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
                raise Refusal(400, f"`{name}` must be JSON.") from error
    return read_parameters(data)


def problem_of(data: Mapping[str, Any]) -> str | None:
    """What is wrong with the types of the parameters; None if nothing is."""
    for name in _OBJECTS:
        if not isinstance(data.get(name), _OBJECT):
            return f"`{name}` must be an object or null."
    if not isinstance(data.get("operationName"), _TEXT):
        return "`operationName` must be a string or null."
    if not isinstance(data.get("documentId"), _TEXT):
        return "`documentId` must be a string or null."
    reference = _reference(data)
    if isinstance(reference, str):
        return reference
    query = data.get("query")
    if query is None:
        return None if reference else _NO_QUERY
    return None if isinstance(query, str) else "`query` must be a string."


def parameters_of(data: Mapping[str, Any]) -> Parameters:
    """The parameters in an object that has no problem."""
    query, variables = data.get("query") or "", data.get("variables") or {}
    reference = _reference(data)
    assert isinstance(reference, DocumentReference)  # noqa: S101 - otherwise it had a problem
    with_cost = (data.get("extensions") or {}).get("cost") is True
    return Parameters(query, variables, data.get("operationName"), reference, with_cost)


def _reference(data: Mapping[str, Any]) -> DocumentReference | str:
    """What stands for the document, or what is wrong with it."""
    persisted = (data.get("extensions") or {}).get("persistedQuery")
    if persisted is None:
        document_id = data.get("documentId")
        return NO_REFERENCE if document_id is None else DocumentReference(document_id)
    given = persisted if isinstance(persisted, dict) else {}
    digest = given.get("sha256Hash")
    if given.get("version") != 1 or not isinstance(digest, str) or not _HASH.fullmatch(digest):
        return "`extensions.persistedQuery` must have version 1 and a `sha256Hash`."
    return DocumentReference(data.get("documentId"), digest)
