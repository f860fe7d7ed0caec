"""A change of the schema that breaks clients is announced in the changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
)

ROOT: Final = Path(__file__).parents[2]
RELEASED: Final = sorted(
    Path(__file__).parent.glob("schema-*.graphql"),
    key=lambda file: [int(part) for part in re.findall(r"\d+", file.stem)],
)
"""The schema of each release; a release adds a file with its number."""


def announced(changelog: str) -> str:
    """What the section of the next release says under Breaking."""
    unreleased = changelog.partition("\n## Unreleased\n")[2].partition("\n## ")[0]
    return unreleased.partition("\n### Breaking\n")[2].partition("\n### ")[0]


def unannounced(before: GraphQLSchema, after: GraphQLSchema, changelog: str) -> list[str]:
    """The breaking changes whose element the changelog does not name in backticks."""
    named = set(re.findall(r"`([^`]+)`", announced(changelog)))
    changes = [change.description for change in find_breaking_changes(before, after)]
    return [change for change in changes if not named & elements(change)]


def elements(change: str) -> set[str]:
    """The names of types, fields and arguments in the description of a change."""
    return {name.strip(".,'\"") for name in re.findall(r"[A-Za-z_][\w.]*", change)} - {""}


def test_every_breaking_change_since_the_last_release_is_announced() -> None:
    before = build_schema(RELEASED[-1].read_text(encoding="utf-8"))
    after = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert unannounced(before, after, changelog) == []


BEFORE = "type Query { a(x: Int): Int b: Color } enum Color { RED GREEN } input In { i: Int }"
BREAKING = {
    "a field is removed": (
        "type Query { a(x: Int): Int } enum Color { RED GREEN } input In { i: Int }",
        "Query.b",
    ),
    "a type changes": (BEFORE.replace("): Int", "): String"), "Query.a"),
    "an argument becomes required": (BEFORE.replace("x: Int", "x: Int!"), "Query.a"),
    "a value is removed": (BEFORE.replace("RED ", ""), "RED"),
    "an input field becomes required": (BEFORE.replace("i: Int", "i: Int!"), "In"),
    "a type is removed": (BEFORE.replace("input In { i: Int }", ""), "In"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_a_breaking_change_is_found_unless_it_is_named(what: str) -> None:
    sdl, element = BREAKING[what]
    before, after = build_schema(BEFORE), build_schema(sdl)
    head = "# Changelog\n\n## Unreleased\n\n"
    assert unannounced(before, after, head + "### Added\n- `Query.c`\n")
    assert unannounced(before, after, f"{head}### Added\n- `{element}`\n")
    assert unannounced(before, after, f"{head}### Fixed\n\n## 1.0\n\n### Breaking\n- `{element}`\n")
    named = f"{head}### Breaking\n- `{element}` is different.\n\n### Fixed\n"
    assert not [c for c in unannounced(before, after, named) if element in elements(c)]


def test_an_addition_breaks_nothing() -> None:
    before, after = (
        build_schema(BEFORE),
        build_schema(BEFORE.replace("b: Color", "b: Color c: Int")),
    )
    assert unannounced(before, after, "") == []


_REASON: Final = re.compile(r"Use `[^`]+`.* Removed after \d{4}-\d{2}-\d{2}\.")


def reasons(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every element that can be deprecated, with the reason if it is."""
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLEnumType):
            for value, enum in kind.values.items():
                yield f"{name}.{value}", enum.deprecation_reason
        elif isinstance(kind, GraphQLInputObjectType):
            for member, put in kind.fields.items():
                yield f"{name}.{member}", put.deprecation_reason
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, got in kind.fields.items():
                yield f"{name}.{field}", got.deprecation_reason
                for argument, given in got.args.items():
                    yield f"{name}.{field}({argument}:)", given.deprecation_reason


def undated(schema: GraphQLSchema) -> list[str]:
    """The deprecated elements without a replacement and the date of their removal."""
    return [
        element
        for element, reason in reasons(schema)
        if reason is not None and not _REASON.fullmatch(reason)
    ]


def test_every_deprecated_element_names_its_replacement_and_the_date_of_its_removal() -> None:
    assert undated(build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))) == []


def test_a_deprecation_without_a_replacement_or_a_date_is_found() -> None:
    dated = '@deprecated(reason: "Use `b`. Removed after 2027-06-30.")'
    schema = build_schema(
        f"""
        type Query {{ a: Int {dated} b(x: Int @deprecated): Int c: Color @deprecated }}
        enum Color {{ RED @deprecated(reason: "Use `GREEN`.") GREEN {dated} }}
        input In {{ i: Int @deprecated(reason: "Removed after 2027-06-30.") j: Int {dated} }}
        """
    )
    assert set(undated(schema)) == {"Query.b(x:)", "Query.c", "Color.RED", "In.i"}
