"""Every package and top-level module has its place in the contract of layers."""

from __future__ import annotations

import ast
import pkgutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_has_its_place_among_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [c["layers"] for c in contracts["contracts"] if c["type"] == "layers"]
    placed = [name.strip() for layer in layers for name in layer.split("|")]
    packages = [f"graph.{found.name}" for found in pkgutil.iter_modules([str(ROOT / "graph")])]
    assert sorted(placed) == sorted([*packages, "rest_compat"])


def test_schema_and_rest_reach_services_and_loaders_through_resolvers_only() -> None:
    sources = [*(ROOT / "graph" / "schema").rglob("*.py"), *(ROOT / "rest_compat").rglob("*.py")]
    assert sources
    assert [
        (source.relative_to(ROOT).as_posix(), node.lineno)
        for source in sources
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("loaders", "services")
    ] == []
