"""Reading what the build has made."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from graph.ide import read_bundle
from graph.ide.bundle import File


def write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    (folder / f"{name}.gz").write_bytes(gzip.compress(content))


def test_files_are_read_with_their_compressed_form_and_media_type(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    write(tmp_path, "main-1.js", b"script")
    write(tmp_path, "main-2.css", b"style")
    bundle = read_bundle(tmp_path)
    assert bundle is not None
    assert bundle.page == b"page"
    assert bundle.files == {
        "main-1.js": File(b"script", gzip.compress(b"script"), "text/javascript"),
        "main-2.css": File(b"style", gzip.compress(b"style"), "text/css"),
    }


def test_without_a_page_there_is_no_bundle(tmp_path: Path) -> None:
    assert read_bundle(tmp_path / "missing") is None
    write(tmp_path, "main-1.js", b"script")
    assert read_bundle(tmp_path) is None


@pytest.mark.parametrize("name", ["main-1.js", "main-2.css"])
def test_an_incomplete_bundle_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(FileNotFoundError):
        read_bundle(tmp_path)
