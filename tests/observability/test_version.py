"""Which build it is: told by the wheel, or by the checkout."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph.observability import version
from graph.observability.version import commit_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What is remembered for the process, before and after."""
    version.read_version.cache_clear()
    yield
    version.read_version.cache_clear()


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
    monkeypatch.setenv("BUILD_IDE", "0")
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook().initialize(SimpleNamespace(root=str(ROOT)), "standard", data)
    (written, place), *others = data["force_include"].items()
    assert (place, others) == ("graph/_build.json", [])
    (tmp_path / "_build.json").write_text(Path(written).read_text())
    monkeypatch.setattr(version, "_PACKAGE", tmp_path)
    told = version.read_version()
    assert (told.githash, told.buildstamp) == ("abc123", "2023-11-14T22:13:20Z")


def test_the_time_of_a_wheel_is_that_of_its_commit(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILD_IDE", "0")
    monkeypatch.delenv("GITHASH", raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2024-05-17T09:30:00Z")
    git(checkout, "commit", "--allow-empty", "--quiet", "-m", "two")
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook().initialize(SimpleNamespace(root=str(checkout)), "standard", data)
    (written,) = data["force_include"]
    assert json.loads(Path(written).read_text()) == {
        "githash": git(checkout, "rev-parse", "HEAD"),
        "buildstamp": "2024-05-17T09:30:00Z",
    }


def test_an_editable_installation_writes_nothing() -> None:
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook().initialize(SimpleNamespace(root=str(ROOT)), "editable", data)
    assert json.dumps(data) == '{"force_include": {}}'


def test_neither_wheel_nor_checkout_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "_PACKAGE", tmp_path / "graph")
    assert version.read_version().githash == ""


def git(folder: Path, *arguments: str) -> str:
    made = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments]
    return subprocess.run(  # noqa: S603
        made, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--allow-empty", "--quiet", "-m", "one")
    return folder


def test_a_branch_a_packed_branch_and_none(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert commit_of(checkout) == commit
    git(checkout, "pack-refs", "--all")
    assert commit_of(checkout) == commit
    git(checkout, "checkout", "--quiet", "--detach")
    assert commit_of(checkout) == commit


def test_a_work_tree_beside_the_checkout(checkout: Path, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    git(checkout, "worktree", "add", "--quiet", str(beside), "-b", "other")
    git(beside, "commit", "--allow-empty", "--quiet", "-m", "two")
    assert commit_of(beside) == git(beside, "rev-parse", "HEAD")
    assert commit_of(beside) != commit_of(checkout)


def test_where_there_is_none(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    assert commit_of(tmp_path) == ""


def test_it_is_read_once() -> None:
    assert version.read_version() is version.read_version()
    assert version.read_version().version
