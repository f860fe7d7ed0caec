"""Reads the files that ``ide/build.mjs`` has made: a page, and what it loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "bundle"
"""Built into wheels. In a checkout, ``scripts/ide`` builds it."""
_PAGE: Final = "index.html"
_COMPRESSED: Final = ".gz"
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    compressed: bytes
    """The same by gzip."""
    media_type: str


@dataclass(frozen=True, slots=True)
class Bundle:
    page: bytes
    files: Mapping[str, File]
    """What the page loads, by name."""


def read_bundle(folder: Path = FOLDER) -> Bundle | None:
    """All of it, some two megabytes; None if it has not been built."""
    if not (folder / _PAGE).is_file():
        return None
    files = {
        path.name: File(
            path.read_bytes(),
            path.with_name(path.name + _COMPRESSED).read_bytes(),
            _MEDIA_TYPES[path.suffix],
        )
        for path in folder.iterdir()
        if path.name != _PAGE and path.suffix != _COMPRESSED
    }
    return Bundle((folder / _PAGE).read_bytes(), files)
