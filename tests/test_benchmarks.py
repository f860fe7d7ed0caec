"""The programs that are run by hand: how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.mark.timeout(150)  # the sandbox and a server start in it
def test_the_benchmark_of_rest_leaves_no_process_behind_when_it_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.rest"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as benchmark:  # noqa: S603
        try:
            while not (started := _children(benchmark.pid)):
                assert benchmark.poll() is None
                with suppress(subprocess.TimeoutExpired):
                    benchmark.wait(0.1)
            benchmark.terminate()
            assert benchmark.wait(60) == 143
            left = [pid for pid in started if _parent(pid) is not None]
            assert not left
        finally:
            benchmark.kill()
    assert not list(tmp_path.iterdir())


def _children(pid: int) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if _parent(number) == pid]


def _parent(pid: int) -> int | None:
    """None where there is no such process any more."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
