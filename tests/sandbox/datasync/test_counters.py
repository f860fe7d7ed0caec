"""What the service says of runs: its counters, its missing members, and what it leaves out."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.lab import client, fill, make_task, start


@pytest.mark.parametrize(
    ("keys", "mode", "items"),
    [
        (["bar.txt"], "BASIC", 2),
        (["foo/bar.txt"], "BASIC", 3),
        (["a/b/c/1", "a/b/2", "3"], "BASIC", 7),
        (["a/1", "a/2", "b/1"], "BASIC", 6),
        (["a/b/c/1", "a/b/2", "3"], "ENHANCED", 3),
    ],
)
def test_a_basic_run_counts_folders_as_files(
    lab: Sandbox, keys: list[str], mode: str, items: int
) -> None:
    fill(lab, **dict.fromkeys(keys, 10))
    _, describe = start(client("datasync"), make_task(client("datasync"), TaskMode=mode))
    lab.turn(60)
    run = describe()
    counts = ("EstimatedFilesToTransfer", "FilesTransferred", "FilesVerified")
    assert [run[name] for name in counts] == [items] * 3
