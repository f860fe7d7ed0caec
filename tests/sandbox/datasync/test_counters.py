"""What the service says of runs: its counters, its missing members, and what it leaves out."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, fill, make_task, start


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
    assert ("FoldersTransferred" in run) == (mode == "ENHANCED")
    counts = ("EstimatedFilesToTransfer", "FilesTransferred", "FilesVerified")
    assert [run[name] for name in counts] == [items] * 3


@pytest.mark.parametrize(
    ("here", "there", "options", "expected"),
    [
        (["a/b/1", "a/2", "3"], [], {}, {"Listed": 3, "Prepared": 3, "Transferred": 3}),
        (["a/b/1", "a/2"], ["a/9"], {}, {"Listed": 3, "Prepared": 1, "Skipped": 2}),
        (["a/1"], [], {"TransferMode": "ALL"}, {"Listed": 2, "Prepared": 0, "Transferred": 2}),
        (["a/1"], [], {"VerifyMode": "NONE"}, {"Listed": 2, "Transferred": 2, "Verified": 0}),
        (["1"], ["b/c/2", "b/3"], {"PreserveDeletedFiles": "REMOVE"}, {"Deleted": 2}),
        (["1"], ["b/c/2", "b/3"], {}, {"Deleted": 0}),
    ],
)
def test_an_enhanced_run_counts_folders_by_themselves(
    lab: Sandbox,
    here: list[str],
    there: list[str],
    options: dict[str, str],
    expected: dict[str, int],
) -> None:
    fill(lab, **dict.fromkeys(here, 10))
    for key in there:
        lab.put(LAB, f"to-{LAB}", key, b"y")
    task = make_task(client("datasync"), TaskMode="ENHANCED", Options=options)
    _, describe = start(client("datasync"), task)
    lab.turn(60)
    run = describe()
    found = {name: run[f"Folders{name}"] for name in expected if name != "Listed"}
    found |= {"Listed": run["FoldersListed"]["AtSource"]} if "Listed" in expected else {}
    assert (run["Status"], found) == ("SUCCESS", expected)
    assert run["EstimatedFoldersToTransfer"] == run["FoldersTransferred"]
    assert run["EstimatedFoldersToDelete"] == run["FoldersDeleted"]
    assert set(run["FoldersFailed"].values()) == {0}
