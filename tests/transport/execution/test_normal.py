"""Equal operations have one normal form, which asks for what the text asks for."""

from __future__ import annotations

import pytest
from graphql import DocumentNode, parse, print_ast, strip_ignored_characters

from graph.transport.execution.documents import chosen
from graph.transport.execution.normal import declared, normal_text

TEXT = """
subscription Follow($run: ID!, $n: [Int!]! = [1, 2] @d) @e(a: 1) {
  at: follow(run: $run, where: {b: "x", a: [true, null]}, n: $n) @include(if: true) {
    ...B ...A
    ... on Run @skip(if: false) { id } ... { name } ... @f { outcome }
  }
}
fragment A on Run { status } fragment B on Run @g { bytes ...C } fragment C on Run { c(d: E) }
"""
SAME = [
    TEXT,
    strip_ignored_characters(TEXT),
    print_ast(parse(TEXT)),
    TEXT.replace("\n", "\r\n # a comment\n"),
    TEXT.replace("run: $run, where", "where").replace("n: $n)", "n: $n run: $run)"),
    TEXT.replace('b: "x", a: [true, null]', 'a: [true null] b: """x"""'),
    TEXT.replace('"x"', '"\\u0078"'),
    TEXT.replace("Follow", ""),
    TEXT + "query Other { a ...D } fragment D on Run { d }",
    TEXT.split("fragment", maxsplit=1)[0]
    + "fragment C on Run { c(d: E) } fragment B on Run @g { bytes ...C }"
    + "fragment A on Run { status }",
]
OTHER = [
    TEXT.replace("...B ...A", "...A ...B"),
    TEXT.replace("at: follow", "follow"),
    TEXT.replace("at: follow", "at: followed"),
    TEXT.replace('"x"', '"y"'),
    TEXT.replace('"x"', "x"),
    TEXT.replace("[true, null]", "[null, true]"),
    TEXT.replace("true) {", "false) {"),
    TEXT.replace("= [1, 2]", "= [2]"),
    TEXT.replace("= [1, 2] @d", ""),
    TEXT.replace("ID!", "ID"),
    TEXT.replace("status", "state: status"),
    TEXT.replace("c(d: E)", "c"),
    TEXT.replace("... on Run @skip(if: false)", "... on Run"),
    TEXT.replace("{ name }", "{ id }"),
    TEXT.replace("B on Run @g", "B on Run"),
    TEXT.replace("E)", '"E")'),
]


def normal(text: str) -> str:
    document = parse(text)
    return normal_text(document, chosen(document, None if "Other" not in text else "Follow"))


@pytest.mark.parametrize("text", SAME)
def test_what_makes_no_difference_leaves_no_difference(text: str) -> None:
    assert normal(text) == normal(TEXT)


@pytest.mark.parametrize("text", OTHER)
def test_what_may_make_a_difference_is_kept(text: str) -> None:
    assert text != TEXT
    assert normal(text) != normal(TEXT)


@pytest.mark.parametrize("text", [TEXT, *OTHER, "subscription { a }", "{ a(b: -1.5e3) }"])
def test_the_normal_form_means_the_same_and_is_its_own_normal_form(text: str) -> None:
    again = parse(normal(text))
    assert isinstance(again, DocumentNode)
    assert normal(normal(text)) == normal(text)
    # Apart from the name and the order of what was sorted, nothing is lost or added.
    nameless = text.replace(" Follow", "")
    assert sorted(_tokens(print_ast(again))) == sorted(_tokens(print_ast(parse(nameless))))


def _tokens(text: str) -> list[str]:
    return text.replace(",", " ").replace("(", " ( ").replace(")", " ) ").split()


def test_a_fragment_that_two_others_spread_is_printed_once() -> None:
    text = "{ ...A ...B } fragment A on X { ...C } fragment B on X { ...C } fragment C on X { c }"
    assert normal(text).count("fragment C") == 1


def test_variables_that_the_operation_does_not_declare_are_dropped() -> None:
    definition = chosen(parse("query($a: Int, $b: Int) { c(a: $a, b: $b) }"), None)
    assert declared(definition, {"b": 1, "c": 2}) == {"b": 1}
