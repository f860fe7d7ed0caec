"""The sandbox's commands as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The command with settings from the environment; its files are below ``folder``."""
    command = [sys.executable, "-m", "graph", *arguments]
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ
        | {"TMPDIR": str(folder), "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
        | {f"DATASYNC_API_{name}": value for name, value in settings.items()},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], line: str) -> str:
    """What it prints up to that line."""
    assert process.stdout is not None
    printed = ""
    for text in process.stdout:
        printed += text
        if line in text:
            return printed
    pytest.fail(f"it ended before {line!r}: {printed}")


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in listed]


def nothing_is_left(folder: Path, processes: list[int]) -> None:
    assert list(folder.iterdir()) == []
    assert processes
    for child in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
