"""Errors as clients see them: with a code and the request id, and without internal details."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from graph.model.errors import INTERNAL_ERROR
from graph.transport.execution.wording import place_of, worded

log = logging.getLogger(__name__)

CodeOf = Callable[[BaseException], str | None]
"""The code of an error whose message is public; None for all others. If such an error has a
``wait`` in seconds or a ``path`` to the argument that caused it, clients are told."""

_LONGEST: Final = 2_000
"""Characters of a message. Some quote the client's input."""
MOST: Final = 100
"""Errors per response: rendering one is as expensive as many fields."""
_FROM_STRAWBERRY: Final = (CannotGetOperationTypeError, InvalidOperationTypeError)


def shown(
    errors: Sequence[GraphQLError], code_of: CodeOf, request_id: str | None
) -> list[GraphQLError]:
    """The errors for a client: at most ``MOST``, then one that says how many are left out.

    Unexpected errors are masked, and logged once each. Errors of the client are not logged.
    """
    logged: set[int] = set()
    some = [_one(error, code_of, request_id, logged) for error in errors[:MOST]]
    left_out = errors[MOST:]
    if left_out:
        for error in left_out:
            _log_unexpected(error, code_of, request_id, logged)
        some.append(_left_out(len(left_out), request_id))
    return some


def _one(
    error: GraphQLError, code_of: CodeOf, request_id: str | None, logged: set[int]
) -> GraphQLError:
    cause = _cause(error)
    code = None if cause is None else code_of(cause)
    message = error.message
    extensions: dict[str, Any] = dict(error.extensions or {})
    if code is not None:
        extensions["code"] = code
        if (wait := getattr(cause, "wait", None)) is not None:
            extensions["retryAfter"] = math.ceil(wait)
        if argument := getattr(cause, "path", None):
            extensions["argument"] = list(argument)
    elif _log_unexpected(error, code_of, request_id, logged):
        message, extensions = INTERNAL_ERROR, {"code": "INTERNAL"}
    else:
        extensions |= place_of(message)
        message = worded(message)[:_LONGEST]
        extensions.setdefault("code", "GRAPHQL_INVALID")
    if request_id:
        extensions["requestId"] = request_id
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions=extensions,
    )


def _log_unexpected(
    error: GraphQLError, code_of: CodeOf, request_id: str | None, logged: set[int]
) -> bool:
    """Whether an error is unexpected. Its cause is logged unless ``logged`` has it."""
    cause = _cause(error)
    if cause is None or code_of(cause) is not None or _before_execution(error, cause):
        return False
    if id(cause) not in logged:
        logged.add(id(cause))
        log.error("request %s failed unexpectedly at %s", request_id, error.path, exc_info=cause)
    return True


def _left_out(number: int, request_id: str | None) -> GraphQLError:
    extensions = {"code": "TOO_MANY_ERRORS"} | ({"requestId": request_id} if request_id else {})
    return GraphQLError(f"{number} more errors are left out.", extensions=extensions)


def _cause(error: GraphQLError) -> BaseException | None:
    """The original error, which graphql-core may have wrapped several times."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _before_execution(error: GraphQLError, cause: BaseException) -> bool:
    """Whether an input value is wrong: the parser of a scalar may raise any exception."""
    return isinstance(cause, _FROM_STRAWBERRY) or (error.path is None and bool(error.nodes))
