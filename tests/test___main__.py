"""``python -m graph`` behaves as the installed command does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("datasync-api")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["schema"], 0), (["no-such-command"], 2), (["serve", "--workers", "0"], 2)],
)
def test_it_prints_and_ends_as_the_command_does(
    tmp_path: Path, arguments: list[str], status: int
) -> None:
    ended = [
        subprocess.run(  # noqa: S603 - our own command
            [*command, *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False
        )
        for command in ([sys.executable, "-m", "graph"], [COMMAND])
    ]
    assert [one.returncode for one in ended] == [status, status]
    module, command = (one.stdout + one.stderr for one in ended)
    assert module == command != b""
