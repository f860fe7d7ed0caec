"""Files are watched by what they look like, whatever way they are replaced."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.server.file_watch import FileWatch, on_change


def rewrite(file: Path) -> None:
    file.write_text("longer")


def touch(file: Path) -> None:
    os.utime(file, ns=(1, 1))


def replace(file: Path) -> None:
    other = file.with_suffix(".new")
    other.write_text(file.read_text())
    stat = file.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.rename(file)


def link(file: Path) -> None:
    """As mounted secrets are: the name is a link to a folder that is replaced."""
    other = file.with_suffix(".new")
    other.write_text("b")
    file.unlink()
    file.symlink_to(other)


@pytest.mark.parametrize("change", [rewrite, touch, replace, link, Path.unlink])
def test_every_change_is_seen_once(tmp_path: Path, change: Callable[[Path], None]) -> None:
    file = tmp_path / "a"
    file.write_text("a")
    watch = FileWatch(lambda: [str(file)])
    assert not watch.changed()
    change(file)
    assert watch.changed()
    assert not watch.changed()


def test_a_file_that_appears_has_changed_and_a_wrong_name_never_does(tmp_path: Path) -> None:
    file = tmp_path / "a"
    watch = FileWatch(lambda: [str(file), "\0"])
    assert not watch.changed()
    file.write_text("a")
    assert watch.changed()


def test_files_that_a_change_names_are_watched_from_then_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("")
    second.write_text("")
    watch = FileWatch(lambda: [str(first), *first.read_text().split()])
    rewrite(second)
    assert not watch.changed()
    first.write_text(str(second))
    assert watch.changed()
    touch(second)
    assert watch.changed()


async def test_a_change_is_reported_on_the_loop_and_one_failed_look_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, noticed = tmp_path / "a", asyncio.Event()
    broken: list[Exception] = []

    def files() -> list[str]:
        if broken:
            raise broken.pop()
        return [str(file)]

    async with asyncio.timeout(30), on_change(files, noticed.set, seconds=0):
        broken.append(RuntimeError("look"))
        file.write_text("a")
        await noticed.wait()
    assert "could not be watched" in caplog.text
