"""The version tells the commit of a checkout, however git keeps it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from graph.version import commit_of, read_version


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
    assert read_version() is read_version()
    assert read_version().version
