"""Documents that are too large or nest too deeply are refused before they are validated."""

from __future__ import annotations

import pytest

from graph.transport import QueryLimits
from graph.transport.execution import documents
from graph.transport.execution.documents import Documents
from graph.transport.execution.request import RequestError
from tests.transport.small import SCHEMA, execute, unwanted


def bomb(levels: int) -> str:
    spread = "".join(
        f"fragment f{n} on Query {{ a: again {{ ...f{n + 1} }} b: again {{ ...f{n + 1} }} }} "
        for n in range(levels)
    )
    return f"{{ ...f0 }} {spread} fragment f{levels} on Query {{ hello }}"


HOSTILE = {
    "100 aliases of a list": "{ " + " ".join(f"a{n}: all {{ hello }}" for n in range(100)) + " }",
    "300 objects under one key": "{ " + "again { hello } " * 300 + "}",
    "300 objects under one key, in fragments": "{ ...A ...B } "
    + " ".join(f"fragment {f} on Query {{ {'again { hello } ' * 150} }}" for f in "AB"),
    "objects under one key that are together far down": "{ "
    + ("again { " + "again { hello } " * 20 + "} ") * 15
    + "}",
    "a bomb of fragments": bomb(13),
    "a larger bomb of fragments": bomb(22),
    "a list literal of 20,000 items": "{ some(ids: [" + "1," * 20_000 + "]) { hello } }",
    "a list literal of 5,000 items": "{ some(ids: [" + "1," * 5_000 + "]) { hello } }",
    "20,001 characters": "#" * 20_001,
    "a list literal of 500 items": "{ some(ids: [" + "1," * 500 + "]) { hello } }",
    "167 objects with two members": "{ some(ids: [" + '{ a: "1" b: 2 } ' * 167 + "]) { hello } }",
    "501 members": "{ hello(of: { " + " ".join(f"a{n}: 1" for n in range(500)) + " }) }",
    "501 values of directives": "{ "
    + "hello @skip(if: false) " * 40
    + "hello @include(if: ["
    + "true " * 461
    + "]) }",
    "a default of 501 values": "query($v: [ID] = [" + "1," * 500 + "]) { some(ids: $v) { hello } }",
    "objects in objects": "{ again { " * 15 + "hello" + " } }" * 15,
    "600 objects in objects": "{again" * 600 + "}" * 600,
    "lists in lists": "{ some(ids: " + "[" * 900 + "]" * 900 + ") { hello } }",
    "objects in inline fragments": "{ " + "... on Query { " * 200 + "hello" + " }" * 201,
    "51 directives": "{ hello " + "@skip(if: false) " * 51 + "}",
    "directives on variables": "query("
    + " ".join(f"$v{n}: Int @skip(if: false)" for n in range(51))
    + ") { hello }",
    "directives in a fragment": "{ ...A } fragment A on Query { hello "
    + "@include(if: true)" * 51
    + " }",
    "2,001 fields": "{ " + "hello " * 2001 + "}",
    "21 operations": " ".join(f"query q{n} {{ hello }}" for n in range(21)),
    "fields of many operations": " ".join(f"query q{n} {{ ...A }}" for n in range(20))
    + f" fragment A on Query {{ {' '.join('again { hello }' for _ in range(120))} }}",
    "a circle of fragments": "query { ...A } fragment A on Query { ...B } "
    "fragment B on Query { ...A }",
    "fragments that nobody spreads": "{ hello } "
    + " ".join(f"fragment f{n} on Query {{ hello }}" for n in range(100)),
    "100 fragments in one selection": "{ "
    + " ".join(f"...f{n}" for n in range(100))
    + " } "
    + " ".join(
        f"fragment f{n} on Query {{ {f'a{n}: ' if n < 30 else ''}hello }}" for n in range(100)
    ),
    "a spread of nothing": "{ ...A }",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_document_is_refused_before_its_validation(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "validate", unwanted)
    result = await execute(text, {})
    assert result.data is None
    assert result.errors is not None
    (error,) = result.errors
    assert (error.extensions or {})["code"] in ("TOO_COSTLY", "GRAPHQL_INVALID")
    assert "Internal" not in error.message


@pytest.mark.parametrize(
    "text",
    [
        "{ " + "hello " * 100 + "}",
        "{ " + "again { hello } " * 40 + "}",
        "{ " + " ".join(f"a{n}: hello" for n in range(30)) + " }",
        "{ " + " ".join("...A" for _ in range(300)) + " } fragment A on Query { hello }",
        "{ "
        + " ".join(f"...f{n}" for n in range(50))
        + " } "
        + " ".join(f"fragment f{n} on Query {{ hello }}" for n in range(50)),
        "query A { hello } query B { hello }",
        "{ ...A ...B } fragment A on Query { ...B } fragment B on Query { again { hello } }",
    ],
)
def test_a_document_within_the_limits_is_served(text: str) -> None:
    assert Documents(SCHEMA.core, QueryLimits()).get(text).node.definitions


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types " + "{ fields { type { ofType " * 4 + "{ name }" + "}}}" * 4 + " } }",
        '{ __type(name: "Query") ' + "{ ofType " * 30 + "{ name }" + "}" * 30 + " }",
        "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(31)) + " }",
    ],
)
def test_an_introspection_that_goes_round_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        Documents(SCHEMA.core, QueryLimits()).get(text)


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("{ hello } fragment F on Query { hello }", 11),
        ("{ again { ...F } } fragment F on Query { ...F }", 42),
        ("{ hello ...Nope }", 9),
    ],
)
async def test_an_error_about_a_fragment_has_its_place(query: str, column: int) -> None:
    (error,) = (await execute(query)).errors
    assert error.formatted["locations"] == [{"line": 1, "column": column}]
