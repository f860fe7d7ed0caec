"""Every package and top-level module has its place in the contract of layers."""

from __future__ import annotations

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
