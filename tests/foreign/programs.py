"""Runs programs of this folder with packages that the project itself does not use."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from graph.sandbox import Sandbox
from tests.required import miss

HERE: Final = Path(__file__).parent
PYTHON: Final = HERE.parents[1] / ".foreign" / "bin" / "python"
SECONDS: Final = 90


def environment(aws: Sandbox, folder: Path) -> dict[str, str]:
    """The variables of a program that reaches the sandbox, and no file of the user.

    Skips the test where the packages are missing, and fails it where they must be.
    """
    if not PYTHON.exists():
        miss("needs the packages that `scripts/foreign` installs")
    nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    return {
        **inherited,
        **aws.environment,
        **nowhere,
        "AIRFLOW_HOME": str(folder),
        "HOME": str(folder),
    }


def started(name: str, variables: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """The program, with pipes."""
    return subprocess.Popen(  # noqa: S603
        [PYTHON, HERE / name, *arguments],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
