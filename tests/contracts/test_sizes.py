"""Modules and functions are short; the exceptions are listed, and become fewer and shorter."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MAX_MODULE: Final = 300
MAX_FUNCTION: Final = 40
SLACK: Final = 10
"""How many lines shorter than its exception a module may be before the exception must go down."""
LONG_MODULES: Final[dict[str, tuple[int, str]]] = {}
"""The lines and the reason, by module."""
LONG_FUNCTIONS: Final = {
    "tests/api_server.py:__init__": (49, "a list of options"),
    "tests/auth/test_keys.py:test_a_file_holds_several_keys": (42, "the file and what it means"),
    "tests/resolvers/test_changes.py:test_an_accepted_change_is_recorded_with_what_it_led_to": (
        47,
        "every change of one mover's life",
    ),
    "tests/rest/test_go_client.py:_live": (60, "one life of a mover, step by step"),
}
"""``module:function``, with the lines and the reason."""


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split()]


def modules() -> Iterator[tuple[str, int]]:
    for source in sources():
        yield source.relative_to(ROOT).as_posix(), len(source.read_text().splitlines())


def functions() -> Iterator[tuple[str, int]]:
    for source in sources():
        name = source.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield f"{name}:{node.name}", node.end_lineno - node.lineno + 1


def test_no_module_is_longer_than_it_may_be() -> None:
    allowed = {name: lines for name, (lines, _) in LONG_MODULES.items()}
    assert [
        (name, lines) for name, lines in modules() if lines > allowed.get(name, MAX_MODULE)
    ] == []


def test_no_function_is_longer_than_it_may_be() -> None:
    allowed = {name: lines for name, (lines, _) in LONG_FUNCTIONS.items()}
    assert [
        (name, lines) for name, lines in functions() if lines > allowed.get(name, MAX_FUNCTION)
    ] == []


def test_every_exception_has_a_reason_and_is_no_larger_than_needed() -> None:
    actual = dict(modules()) | dict(functions())
    for name, (lines, reason) in (LONG_MODULES | LONG_FUNCTIONS).items():
        assert reason
        assert lines - SLACK <= actual.get(name, 0) <= lines, f"{name}: lower or remove its number"
