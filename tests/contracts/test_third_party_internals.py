"""Private members of other packages: each one that is used is listed, with the version it was
checked with. After an upgrade, check them again and change the version here."""

from __future__ import annotations

import ast
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRANSPORT = ROOT / "graph" / "transport"
USED = {
    # the module that uses it: what it is
    "graph/transport/execution/strawberry_internals.py": ["_schema"],
}
DERIVED = {
    # the module: the classes that it extends, whose methods are not documented
    "graph/server/http_limits.py": ["HttpToolsProtocol"],
    "graph/transport/execution/pacing.py": ["Executor"],
    "graph/server/supervisor.py": ["Multiprocess"],
    "graph/server/websocket_limits.py": ["WebSocketsSansIOProtocol"],
}
CHECKED = {"strawberry-graphql": "0.341", "graphql-core": "3.3", "uvicorn": "0.54"}
OWN = {"_asdict", "_fields", "_replace"}
"""Public members of named tuples, whatever they are called."""


def test_the_transport_uses_no_private_member_of_others_but_these() -> None:
    used = {}
    for source in sorted(TRANSPORT.rglob("*.py")):
        found = [
            node.attr
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and node.attr not in OWN
            and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
        ]
        if found:
            used[source.relative_to(ROOT).as_posix()] = found
    assert used == USED


def test_only_these_classes_of_strawberry_graphql_core_and_uvicorn_are_extended() -> None:
    extended = {}
    for source in sorted((ROOT / "graph").rglob("*.py")):
        tree = ast.parse(source.read_text())
        foreign = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] in ("strawberry", "graphql", "uvicorn")
            for alias in node.names
        }
        bases = {
            named.id
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            for named in [base.value if isinstance(base, ast.Subscript) else base]
            if isinstance(named, ast.Name)
        }
        if bases & foreign:
            extended[source.relative_to(ROOT).as_posix()] = sorted(bases & foreign)
    assert extended == DERIVED


@pytest.mark.parametrize("package", CHECKED)
def test_the_private_members_were_checked_with_this_version(package: str) -> None:
    assert version(package).startswith(f"{CHECKED[package]}.")
