"""What a client is shown of an error: a code, the request's id, and nothing of an accident."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

log = logging.getLogger(__name__)

CodeOf = Callable[[BaseException], str | None]
"""The code of an error that may be shown as it is; None for one that must not."""

MASK: Final = "Internal error"
_SUGGESTION: Final = re.compile(r" Did you mean [^?]*\?")
_LONGEST: Final = 2_000
"""Characters of a message: some quote what the client sent."""
MOST: Final = 100
"""Errors of one answer: each is as expensive to render as many fields."""
_STRAWBERRYS: Final = (CannotGetOperationTypeError, InvalidOperationTypeError)


def shown(
    errors: Sequence[GraphQLError], code_of: CodeOf, request_id: str | None
) -> list[GraphQLError]:
    """The same errors for a client, at most ``MOST`` and one that says how many were left out.

    Each accident is logged once, a client's mistake not at all.
    """
    logged: set[int] = set()
    some = [_one(error, code_of, request_id, logged) for error in errors[:MOST]]
    left_out = errors[MOST:]
    if left_out:
        for error in left_out:
            _log_accident(error, code_of, request_id, logged)
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
    elif _log_accident(error, code_of, request_id, logged):
        message, extensions = MASK, {"code": "INTERNAL"}
    else:
        message = _SUGGESTION.sub("", message)[:_LONGEST]
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


def _log_accident(
    error: GraphQLError, code_of: CodeOf, request_id: str | None, logged: set[int]
) -> bool:
    """Whether an error must not be shown. Its cause is logged if it is not among ``logged``."""
    cause = _cause(error)
    if cause is None or code_of(cause) is not None or _before_execution(error, cause):
        return False
    if id(cause) not in logged:
        logged.add(id(cause))
        log.error("request %s broke at %s", request_id, error.path, exc_info=cause)
    return True


def _left_out(number: int, request_id: str | None) -> GraphQLError:
    extensions = {"code": "TOO_MANY_ERRORS"} | ({"requestId": request_id} if request_id else {})
    return GraphQLError(f"{number} more errors are left out.", extensions=extensions)


def _cause(error: GraphQLError) -> BaseException | None:
    """What is behind an error that graphql-core has wrapped, perhaps more than once."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _before_execution(error: GraphQLError, cause: BaseException) -> bool:
    """A value of a wrong kind, which a scalar's own parser may refuse with any exception."""
    return isinstance(cause, _STRAWBERRYS) or (error.path is None and bool(error.nodes))
