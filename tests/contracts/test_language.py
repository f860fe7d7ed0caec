"""Texts for readers: every element of the schema is described, in idiomatic English."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import specified_scalar_types

from graph.app import graphql_schema

ROOT: Final = Path(__file__).parents[2]
PUBLIC: Final = (
    "schema.graphql",
    "*.md",
    "docs/**/*.md",
    "rest_compat/openapi.json",
)
"""Files that users read, as globs."""

UNIDIOMATIC: Final = re.compile(
    r"takes? an? [a-z]+ on\b|became of|empty where it was|who(ever)? comes beyond|\btells? of\b"
    r"|\bwhoever (asks|holds|dies)|not for callers|\bdearest\b|\bwill not do\b|behind which"
    r"|as it came\b|newer word|so long after|for ever\b|nobody listens|\b(is|are) wanted\b"
    r"|falls? silent|fell silent|stood still|\bgoes on (to|with|behind)"
    r"|\bgives (its|the|what|back)\b"
    r"|\ba call a\b|\ban? [a-z]+ a (mover|run|request|second|create)\b|\bto be made\b|\bput right\b"
    r"|\bhow (it|they) stands?\b|\bonce it is so old\b|\bmaking and unmaking\b"
    r"|\blines to go on with\b",
    re.IGNORECASE,
)
"""Literal translations and private idioms that a native engineer would not write."""
IN_CODE: Final = re.compile(
    rf"(?:{UNIDIOMATIC.pattern})|\bso (?:many|much)\b(?! that)|\bfor so long\b|\b(?:is|was) away\b"
    r"|\bthe living( ones)?\b|ever more seldom|\bhouse rules?\b|\bfor want of\b|\blikewise\b"
    r"|\btakes? (?:a|an|any|the) [a-z0-9]+ for (?:a|an|the)\b|\bwhat is no\b|\bat the most\b"
    r"|\bwhatever (?:becomes|came) of\b|\btold apart\b",
    re.IGNORECASE,
)
"""The same in docstrings and comments, and what only occurs there."""


def descriptions() -> Iterator[tuple[str, str | None]]:
    """Each element of the schema by its coordinate, with its description."""
    for name, kind in graphql_schema().core.type_map.items():
        if name.startswith("__") or name in specified_scalar_types:
            continue
        yield name, kind.description
        members: dict[str, Any] = {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}
        for member_name, member in members.items():
            yield f"{name}.{member_name}", member.description
            for argument_name, argument in getattr(member, "args", {}).items():
                yield f"{name}.{member_name}({argument_name}:)", argument.description


def test_the_description_of_every_kind_of_element_is_checked() -> None:
    checked = {name for name, _ in descriptions()}
    assert {
        "Query",
        "ARN",
        "Mover.name",
        "Query.mover(group:)",
        "OperationKind.CREATE_MOVER",
        "CreateMoverInput.tags",
    } <= checked


def test_every_element_of_the_schema_is_described_by_sentences() -> None:
    bad = [(name, text) for name, text in descriptions() if not _is_sentence(text or "")]
    assert not bad


@pytest.mark.parametrize("pattern", PUBLIC)
def test_public_texts_are_idiomatic(pattern: str) -> None:
    files = list(ROOT.glob(pattern))
    assert files
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = UNIDIOMATIC.search(line)
            assert not found, f"{file.relative_to(ROOT)}:{number}: '{found and found.group()}'"


@pytest.mark.parametrize("package", ["graph", "rest_compat", "tests"])
def test_docstrings_and_comments_are_idiomatic(package: str) -> None:
    files = [file for file in (ROOT / package).rglob("*.py") if "node_modules" not in file.parts]
    assert files
    bad = [
        f"{file.relative_to(ROOT)}:{number}: '{found.group()}'"
        for file in files
        if file != Path(__file__)
        for number, text in _prose(file.read_text(encoding="utf-8"))
        if (found := IN_CODE.search(text))
    ]
    assert bad == []


def test_comments_of_the_project_file_are_idiomatic() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    comments = re.findall(r"(?:^| )# (.*)", text, re.MULTILINE)
    assert comments
    assert [each for each in comments if IN_CODE.search(each)] == []


def _prose(source: str) -> Iterator[tuple[int, str]]:
    """Docstrings and comments, with the line that each begins at."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, " ".join(str(node.value.value).split())
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _is_sentence(text: str) -> bool:
    return (
        len(text.split()) > 3
        and text.endswith(".")
        and (text[0].isupper() or text[0] in "`0123456789")
        and not UNIDIOMATIC.search(text)
    )
