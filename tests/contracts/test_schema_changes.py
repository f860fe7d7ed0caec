"""A change of the schema that breaks clients is announced in the changelog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from graphql import GraphQLSchema, build_schema, find_breaking_changes

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
