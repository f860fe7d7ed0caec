"""Which build this is: read from the wheel, or from the checkout that the server runs from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Version:
    version: str
    githash: str
    """Empty if neither the wheel nor a checkout has it."""
    buildstamp: str
    """When the wheel was built, in RFC 3339; empty for a checkout."""


@cache
def read_version() -> Version:
    """The build as recorded in the wheel by ``hatch_build.py``, or as read from the checkout."""
    name = version("datasync-api")
    written = _PACKAGE / "_build.json"
    if written.exists():
        told = json.loads(written.read_text(encoding="utf-8"))
        return Version(name, told["githash"], told["buildstamp"])
    return Version(name, commit_of(_PACKAGE.parent), "")


def commit_of(checkout: Path) -> str:
    """The commit of a checkout, read from git's files: starting git would block the event loop."""
    try:
        git = checkout / ".git"
        if git.is_file():  # a work tree of another repository
            git = checkout / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        shared = git / "commondir"
        common = git / shared.read_text(encoding="utf-8").strip() if shared.exists() else git
        return _commit_named(common, head.removeprefix("ref: "))
    except OSError:
        return ""


def _commit_named(common: Path, name: str) -> str:
    if (common / name).is_file():
        return (common / name).read_text(encoding="utf-8").strip()
    packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
