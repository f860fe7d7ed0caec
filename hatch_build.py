"""Adds to a wheel what is not in the repository: the commit, its time, and the IDE."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration has no type
    """``GITHASH`` and ``SOURCE_DATE_EPOCH`` take precedence over git.

    Two builds of a commit are equal: without ``SOURCE_DATE_EPOCH``, the time is that of the commit,
    and the clock's only outside of a repository.

    ``BUILD_IDE=1`` fails without npm, and ``BUILD_IDE=0`` leaves the IDE out. By default, it is
    built where there is npm.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        given = os.environ.get("SOURCE_DATE_EPOCH") or _of_commit(self.root, "%ct")
        seconds = int(given or time.time())
        told = {
            "githash": os.environ.get("GITHASH") or _of_commit(self.root, "%H"),
            "buildstamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)),
        }
        folder = Path(tempfile.mkdtemp())
        written = folder / "_build.json"
        written.write_text(json.dumps(told), encoding="utf-8")
        build_data["force_include"][str(written)] = "graph/_build.json"
        asked = os.environ.get("BUILD_IDE", "")
        if asked == "0":
            return
        if asked != "1" and shutil.which("npm") is None:
            self.app.display_warning("There is no npm, so the wheel does not contain the IDE.")
            return
        bundle = str(folder / "bundle")
        subprocess.run(["sh", f"{self.root}/scripts/ide", bundle], check=True)  # noqa: S603, S607
        build_data["force_include"][bundle] = "graph/ide/bundle"


def _of_commit(root: str, what: str) -> str:
    """What git says of the commit, in its format ``what``; empty without git or a repository."""
    try:
        asked = subprocess.run(  # noqa: S603
            ["git", "show", "--no-patch", f"--format={what}", "HEAD"],  # noqa: S607 - the builder's
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()
