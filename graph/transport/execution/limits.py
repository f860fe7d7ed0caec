"""The most that one document may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each, in one document."""

    characters: int = 20_000
    tokens: int = 2_000
    operations: int = 20
    depth: int = 14
    aliases: int = 30
    directives: int = 50
    fields: int = 2_000
    """Fragments spread out, of all operations together."""
    overlaps: int = 10_000
    """Comparisons of fields that share a key, each taking about a microsecond."""
    cost: int = 20_000
    """Fields that an answer may have, computed from the sizes of its pages."""
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
    """Shown of those that a document has."""
    kept_characters: int = 250_000
    """Of all documents that are remembered as valid; each takes some 100 times its length."""


def too_costly(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "TOO_COSTLY"})
