"""The HTTP status of a response, by its media type and how far the request came.

GraphQL over HTTP, September 2026, sections 6.3 and 6.4. Clients that do not name the media type of
that specification treat any 4xx as a failure of the transport and hide its errors: they get 200.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from graph.transport.accept import GRAPHQL


class Stage(Enum):
    """How far a well-formed request came. The values: the status for ``GRAPHQL``, and for JSON."""

    UNPARSABLE = (400, 200)
    """The document is not GraphQL."""
    INVALID = (422, 200)
    """The document, the choice of its operation, or its variables are rejected."""
    PARTIAL = (294, 200)
    """It was executed, with errors beside the data or in its place."""
    COMPLETE = (200, 200)
    """It was executed without errors."""
    FORBIDDEN = (403, 403)
    """The document is not one of those that may be executed."""
    BROKEN = (500, 500)
    """The server failed outside of execution."""


MALFORMED: Final = (422, 400)
"""JSON that is not a well-formed request: a member has the wrong type, or the query is missing."""
NOT_STREAMED: Final = (422, 400)
"""A subscription whose response would not be a stream."""


def status_of(statuses: tuple[int, int], media: str) -> int:
    """Which of a pair of statuses a response of a media type has."""
    return statuses[0 if media == GRAPHQL else 1]
