"""The limits of one document."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Maxima; each is per document unless it says otherwise."""

    characters: int = 20_000
    tokens: int = 2_000
    operations: int = 20
    depth: int = 14
    aliases: int = 30
    directives: int = 50
    literals: int = 500
    """Input values that are written in the document, lists and objects and their items included.
    Validation prints them in its errors."""
    fields: int = 2_000
    """Of all operations together, with their fragments expanded."""
    overlaps: int = 10_000
    """Comparisons between fields that share a response key; each takes about a microsecond."""
    cost: int = 20_000
    """Fields that an answer may have, computed from the sizes of its pages."""
    calls: int = 5_000
    """Calls to services behind the server, by the prices of the fields and the sizes of pages."""
    values: int = 4_000
    """Input values in all arguments: scalars, lists and objects, wherever they are nested. Each use
    of a variable counts again. Coercing and converting one takes about ten microseconds."""
    mutations: int = 10
    """Root fields of a mutation."""
    introspection: int = 16_000
    """Fields of an answer that describe the schema. All of a schema with 80 types has 6,000."""
    default_page: int = 25
    """Items assumed of a page whose size is not given."""
    default_list: int = 10
    """Items assumed of a list without pages."""
    errors: int = 5
    """Errors of an invalid document, or of its variables, that are reported."""
    kept_characters: int = 250_000
    """Of all cached documents together. Parsed, each takes about 100 times its length in memory."""


def too_costly(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "TOO_COSTLY"})
