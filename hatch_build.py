"""Records in a wheel the commit and the time of its build."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration has no type
    """``GITHASH`` and ``SOURCE_DATE_EPOCH`` take precedence over git and the clock."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
        told = {
            "githash": os.environ.get("GITHASH") or _commit(self.root),
            "buildstamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)),
        }
        written = Path(tempfile.mkdtemp()) / "_build.json"
        written.write_text(json.dumps(told), encoding="utf-8")
        build_data["force_include"][str(written)] = "graph/_build.json"


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
