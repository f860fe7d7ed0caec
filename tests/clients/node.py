"""Runs programs of this folder with Node and the packages of ``package-lock.json``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Timer
from typing import Final

from tests.required import miss

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
MODULES: Final = HERE / "node_modules"
_BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_SECONDS: Final = 90


def require_packages(folder: Path = HERE) -> None:
    """Skips the test where Node or the packages are missing, and fails it where they must be."""
    if shutil.which("node") and (folder / "node_modules" / ".package-lock.json").exists():
        return
    where = folder.relative_to(ROOT)
    miss(f"needs Node 20 and the packages that `npm ci --prefix {where}` installs")


def chromium() -> str:
    """The path of a Chromium, from the variable CHROMIUM or the search path.

    Skips the test where there is none, and fails it where there must be one.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    return found or miss("needs Chromium, at the path in the variable CHROMIUM or on PATH")


def project(name: str, folder: Path) -> Path:
    """A copy of a folder of this one, with the schema and all packages."""
    created = folder / name
    shutil.copytree(HERE / name, created)
    shutil.copy(ROOT / "schema.graphql", created)
    (created / "node_modules").symlink_to(MODULES)
    return created


def run(program: str, *arguments: str, folder: Path = HERE) -> str:
    """The output of a command of a package, such as ``tsc``, run in ``folder``."""
    done = subprocess.run(  # noqa: S603
        [str(MODULES / ".bin" / program), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def talk(
    script: Path, environment: Mapping[str, str], actions: Mapping[str, Callable[[], object]]
) -> list[str]:
    """Runs a script, performing the actions that it asks for, and returns its other output.

    A line of its output that names an action asks for it; ``done`` is the answer.
    """
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603
        ["node", str(script)],  # noqa: S607
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        deadline = Timer(_SECONDS, process.kill)
        deadline.start()
        try:
            for line in process.stdout:
                action = actions.get(line.strip())
                if action is None:
                    said.append(line.strip())
                    continue
                action()
                process.stdin.write("done\n")
                process.stdin.flush()
            error = process.stderr.read()
            status = process.wait(_SECONDS)
        finally:
            deadline.cancel()
            process.kill()
    assert status == 0, f"{said}\n{error}"
    return said
