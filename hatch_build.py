"""Adds to a wheel what is not in the repository: the commit, the time of the build, and the IDE."""

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
    """``GITHASH`` and ``SOURCE_DATE_EPOCH`` take precedence over git and the clock.

    ``BUILD_IDE=1`` fails without npm, and ``BUILD_IDE=0`` leaves the IDE out. By default, it is
    built where there is npm.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
        told = {
            "githash": os.environ.get("GITHASH") or _commit(self.root),
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


def _commit(root: str) -> str:
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - whatever git builds
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()
