"""When a wheel gets the IDE: wherever there is npm, unless the builder says otherwise."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.observability.test_version import ROOT, hook


@pytest.fixture(autouse=True)
def without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search path that has what a shell script needs, and no npm."""
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GITHASH", "abc123")


def build() -> tuple[set[str], list[str]]:
    """The files that the hook adds to a wheel, and its warnings."""
    warnings: list[str] = []
    data: dict[str, Any] = {"force_include": {}}
    builder = SimpleNamespace(root=str(ROOT), app=SimpleNamespace(display_warning=warnings.append))
    hook().initialize(builder, "standard", data)
    return set(data["force_include"].values()), warnings


def test_without_npm_the_ide_is_left_out_with_a_warning() -> None:
    added, (warning,) = build()
    assert added == {"graph/_build.json"}
    assert "npm" in warning


def test_the_ide_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_IDE", "0")
    assert build() == ({"graph/_build.json"}, [])


def test_the_ide_can_be_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_IDE", "1")
    with pytest.raises(subprocess.CalledProcessError):
        build()
