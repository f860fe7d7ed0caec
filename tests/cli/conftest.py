"""The settings of the commands that are run in the process of their tests."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A pre-shared key and two named ones."""
    file = tmp_path / "keys.toml"
    digest = hashlib.sha256(b"x").hexdigest()
    file.write_text(
        f'[[keys]]\nname = "ci"\nkey = "k2"\n[[keys]]\nname = "by-digest"\nsha256 = "{digest}"\n'
    )
    given = {"ORG": "acme", "TOKEN": "k1", "ROLE": "r", "KEYS": str(file)}
    for name, value in given.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    return monkeypatch
