"""Which build it is: told by the wheel, or by the checkout."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph import version

ROOT = Path(__file__).parents[1]


def hook() -> Any:
    """The build's own module, which is in no package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.BuildHook


def test_a_wheel_tells_its_commit_and_when_it_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHASH", "abc123")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook().initialize(SimpleNamespace(root=str(ROOT)), "standard", data)
    (written, place), *others = data["force_include"].items()
    assert (place, others) == ("graph/_build.json", [])
    (tmp_path / "_build.json").write_text(Path(written).read_text())
    monkeypatch.setattr(version, "_PACKAGE", tmp_path)
    told = version.read_version()
    assert (told.githash, told.buildstamp) == ("abc123", "2023-11-14T22:13:20Z")


def test_an_editable_installation_writes_nothing() -> None:
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook().initialize(SimpleNamespace(root=str(ROOT)), "editable", data)
    assert json.dumps(data) == '{"force_include": {}}'


def test_a_checkout_tells_its_commit() -> None:
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = version.read_version()
    assert (told.githash, told.buildstamp) == (asked.stdout.strip(), "")


def test_neither_wheel_nor_checkout_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "_PACKAGE", tmp_path / "graph")
    assert version.read_version().githash == ""
