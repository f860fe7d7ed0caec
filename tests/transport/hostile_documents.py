"""Documents made to be expensive: each as large as the limits let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from graph.transport import QueryLimits

LIMITS: Final = QueryLimits()


def _spreads(first: int, end: int) -> str:
    return " ".join(f"...F{i}" for i in range(first, end))


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "fields of one name": lambda n: f"{{ {'__typename ' * n}}}",
    "fields of one name below a field": lambda n: f"{{ viewer {{ {'name ' * n}}} }}",
    "unknown fields": lambda n: f"{{ {' '.join(f'u{i}' for i in range(n))} }}",
    "fields with unknown arguments": lambda n: "{ " + "viewer(a: 1) { name } " * n + "}",
    "selections of one field": lambda n: f"{{ {'viewer { name } ' * n}}}",
    "selections of connections": lambda n: "{ " + "operations { nodes { id } } " * n + "}",
    "inline fragments": lambda n: f"{{ {'... { __typename } ' * n}}}",
    "typed inline fragments": lambda n: f"{{ {'... on Query { __typename } ' * n}}}",
    "nested inline fragments": lambda n: f"{{ {'... { ' * n} __typename {'} ' * n}}}",
    "fragments": lambda n: (
        f"{{ {' '.join(f'...F{i}' for i in range(n))} }} "
        + " ".join(f"fragment F{i} on Query {{ __typename }}" for i in range(n))
    ),
    "fragments of various fields": lambda n: (
        f"{{ {' '.join(f'...F{i}' for i in range(n))} }} "
        + " ".join(
            f"fragment F{i} on Query {{ {f'a{i}: ' if i < LIMITS.aliases else ''}__typename }}"
            for i in range(n)
        )
    ),
    "fragments of which none is used": lambda n: (
        "{ __typename } " + " ".join(f"fragment F{i} on Query {{ __typename }}" for i in range(n))
    ),
    "fragments in a chain": lambda n: (
        "{ ...F0 } "
        + " ".join(f"fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(n))
        + f" fragment F{n} on Query {{ __typename }}"
    ),
    "fragments that each spread all": lambda n: (
        "{ ...F0 } "
        + " ".join(
            f"fragment F{i} on Query {{ {_spreads(i + 1, n)} __typename }}" for i in range(n)
        )
    ),
    "fragments in a circle": lambda n: (
        "{ ...F0 } " + " ".join(f"fragment F{i} on Query {{ ...F{(i + 1) % n} }}" for i in range(n))
    ),
    "spreads of one fragment": lambda n: (
        f"{{ {'...F ' * n}}} fragment F on Query {{ viewer {{ name }} }}"
    ),
    "variables": lambda n: f"query({' '.join(f'$v{i}: Int' for i in range(n))}) {{ __typename }}",
    "variables of one name": lambda n: f"query({'$v: Int ' * n}) {{ __typename }}",
    "variables that are used": lambda n: (
        f"query({' '.join(f'$v{i}: ID!' for i in range(n))}) "
        f"{{ nodes(ids: [{' '.join(f'$v{i}' for i in range(n))}]) {{ id }} }}"
    ),
    "variables in a fragment of many operations": lambda n: (
        " ".join(f"query Q{i}($v{i}: ID!) {{ ...F }}" for i in range(min(n, 20)))
        + " fragment F on Query { nodes(ids: ["
        + " ".join(f"$v{i}" for i in range(n))
        + "]) { id } }"
    ),
    "operations": lambda n: " ".join(f"query Q{i} {{ __typename }}" for i in range(n)),
    "items": lambda n: f"{{ nodes(ids: [{'1 ' * n}]) {{ id }} }}",
    "objects": lambda n: (
        f'mutation {{ cleanOrphans(input: {{ account: "1", arns: [{"{} " * n}] }}) '
        "{ __typename } }"
    ),
    "members of objects": lambda n: (
        "mutation { createMover(input: { tags: ["
        + '{ key: "k", value: "v" } ' * n
        + "] }) { __typename } }"
    ),
    "members of one name": lambda n: (
        "mutation { createMover(input: { " + 'name: "x" ' * n + " }) { __typename } }"
    ),
    "unknown members": lambda n: (
        "mutation { createMover(input: { "
        + " ".join(f"m{i}: 1" for i in range(n))
        + " }) { __typename } }"
    ),
    "nested lists": lambda n: f"{{ nodes(ids: {'[' * n}{']' * n}) {{ id }} }}",
    "nested types": lambda n: f"query($v: {'[' * n}Int{']' * n}) {{ __typename }}",
    "directives": lambda n: f"{{ __typename {'@include(if: true) ' * n}}}",
    "directives of fields": lambda n: "{ " + "__typename @skip(if: false) " * n + "}",
    "unknown directives": lambda n: f"{{ __typename {'@x ' * n}}}",
    "arguments": lambda n: "{ account(" + 'id: "1" ' * n + ") { id } }",
    "aliases": lambda n: "{ " + " ".join(f"a{i}: __typename" for i in range(n)) + " }",
    "fields of nested types": lambda n: "{ __schema { types { " + "fields { name } " * n + "} } }",
    "fields of interfaces": lambda n: (
        '{ nodes(ids: ["x"]) { ' + "... on Mover { name } ... on Run { id } " * n + "} }"
    ),
}
_TEXTS: Final[dict[str, Callable[[int], str]]] = {
    "comments": lambda n: "#\n" * (n // 2) + "{ __typename }",
    "blanks": lambda n: " ," * (n // 2) + "{ __typename }",
    "a string": lambda n: _account("x" * n),
    "a string of escapes": lambda n: _account("\\u0061" * (n // 6)),
    "a block string": lambda n: _account('""' + "\n" * (n // 2) + " x" * (n // 4) + '""'),
    "a block string of quotes": lambda n: _account('""' + '\\"""' * (n // 4) + '""'),
    "a long name": lambda n: f"{{ {'n' * n} }}",
    "a long number": lambda n: f"{{ operations(first: {'7' * n}) {{ __typename }} }}",
    "an unterminated string": lambda n: '{ account(id: "' + "x" * n,
}


def _account(text: str) -> str:
    return '{ account(id: "' + text + '") { id } }'


def documents(is_too_large: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """A name and a text for each form: the largest that is not too large, and the next.

    Smaller ones take less time, and larger ones are rejected without looking at the rest.
    """
    for name, form in _FORMS.items():
        fits, too_large = 1, LIMITS.characters
        while too_large - fits > 1:
            size = (fits + too_large) // 2
            if is_too_large(form(size)):
                too_large = size
            else:
                fits = size
        for size in (fits, too_large):
            yield f"{size} {name}", form(size)
    for name, text in _TEXTS.items():
        yield name, text(LIMITS.characters - 200)
