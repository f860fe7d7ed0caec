"""Messages for callers are sentences: what was asked, what is wrong and what to do."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from graph.model import errors

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = {
    **{name: 0 for name, kind in vars(errors).items() if isinstance(kind, type)},
    **dict.fromkeys(("GraphQLError", "NotSent", "Refused", "too_costly"), 0),
    **dict.fromkeys(("too_many", "throttled", "_rejected"), 0),
    "Refusal": 1,
}
"""By the name of what makes an error for callers, the position of its text."""
BY_CONTRACT: Final = frozenset(
    {
        "Name is a required field",
        "Name cannot exceed {} characters ",
        "Name doesn't match regex ^[a-zA-Z0-9-]+$",
        "Source and Destination are required",
        "missing required parameter: State",
        "valid states are 'start' and 'stop'",
        "another datasync mover task is already running",
        "datasync mover task is not running",
        "datasync mover not found",
        "{}: {}",  # cannot decode body into .. input: why, in Go's words
        "{}: more than {} values",
        "{}: exceeded max depth",
        "datasync run not found",  # as of a mover
    }
)
"""Texts of the original server, which its clients may compare."""
BY_PROTOCOL: Final = frozenset({"PersistedQueryNotSupported", "PersistedQueryNotFound"})
"""Words that clients of automatic persisted queries look for."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The line and text of each message; ``{}`` stands for what is filled in."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        position = TEXT.get(name)
        if position is not None and len(node.args) > position:
            for text in shown(node.args[position], vars(module)):
                yield node.lineno, text


def shown(node: ast.expr, names: dict[str, object]) -> Iterator[str]:
    """The texts that an expression may have, as far as the module tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield "".join(str(part) for part in parts)
    elif isinstance(node, ast.Name) and isinstance(names.get(node.id), str):
        yield str(names[node.id])
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = getattr(names.get(node.value.id), node.attr, None)
        yield from [value] if isinstance(value, str) else []
    elif isinstance(node, ast.IfExp):
        yield from shown(node.body, names)
        yield from shown(node.orelse, names)


def is_sentence(text: str) -> bool:
    """It begins with a capital, a quotation or a name, and ends with a full stop or a text."""
    return (text[:1].isupper() or text[:1] in "'`{") and text.endswith((".", "{}"))


MODULES: Final = sorted(
    path
    for package in ("graph", "rest_compat")
    for path in (ROOT / package).rglob("*.py")
    if not {"sandbox", "migrations"} & {*path.parts} and path.name != "__main__.py"
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_for_callers_are_sentences(path: Path) -> None:
    wrong = [(line, text) for line, text in texts(path) if not is_sentence(text)]
    assert [each for each in wrong if each[1] not in BY_CONTRACT | BY_PROTOCOL] == []
