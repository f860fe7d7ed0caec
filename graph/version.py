"""Which build this is: what the wheel says of itself, or else the checkout that it runs from."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent
_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Version:
    version: str
    githash: str
    """Empty where neither the wheel nor a checkout tells."""
    buildstamp: str
    """When the wheel was built, RFC 3339; empty where it runs from a checkout."""


def read_version() -> Version:
    """Written into the wheel by ``hatch_build.py``; in a checkout git is asked, once."""
    name = version("datasync-api")
    written = _PACKAGE / "_build.json"
    if written.exists():
        told = json.loads(written.read_text(encoding="utf-8"))
        return Version(name, told["githash"], told["buildstamp"])
    return Version(name, _commit(_PACKAGE.parent), "")


def _commit(folder: Path) -> str:
    git = shutil.which("git")
    if git is None or not (folder / ".git").exists():
        return ""
    asked = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        [git, "rev-parse", "HEAD"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return asked.stdout.strip()
