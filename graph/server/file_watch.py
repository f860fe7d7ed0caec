"""Notices that files have changed, by polling them.

Not by inotify: secrets are mounted as links that are replaced, and on file systems without events.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_SECONDS: Final = 0.5
_END_SECONDS: Final = 5.0
"""For a look that hangs, as on a file system that does not answer; its thread is left alone."""
Stamp = tuple[int, int, int] | None
"""Inode, size and time of the last change; None for a file that does not exist."""


class FileWatch:
    """Remembers what files looked like. Its methods block."""

    def __init__(self, files: Callable[[], Iterable[str]]) -> None:
        """``files`` is called again after each change, which may have named others."""
        self._files = files
        self._seen: Mapping[str, Stamp] = {}
        self.look()

    def look(self) -> None:
        """Remembers what the files look like now."""
        self._seen = {file: _stamp(file) for file in self._files()}

    def changed(self) -> bool:
        """Whether a file differs from what it was when this returned True before, or at first."""
        if all(_stamp(file) == seen for file, seen in self._seen.items()):
            return False
        self.look()
        return True


@asynccontextmanager
async def on_change(
    files: Callable[[], Iterable[str]], notify: Callable[[], None], seconds: float = _SECONDS
) -> AsyncIterator[None]:
    """Calls ``notify`` on the running loop after a file has changed. Looks every ``seconds``.

    A thread looks until the block ends, so that the loop wakes up for changes alone.
    """
    watch = await asyncio.to_thread(FileWatch, files)
    report = partial(asyncio.get_running_loop().call_soon_threadsafe, notify)
    ended = threading.Event()
    watching = threading.Thread(
        target=_watch, args=(watch, report, seconds, ended), name="file-watch", daemon=True
    )
    watching.start()
    try:
        yield
    finally:
        ended.set()
        await asyncio.to_thread(watching.join, _END_SECONDS)


def _watch(
    watch: FileWatch, report: Callable[[], object], seconds: float, ended: threading.Event
) -> None:
    while not ended.wait(seconds):
        try:
            if watch.changed():
                report()
        except Exception:  # a boundary: one failed look must not end the others
            log.exception("files could not be watched")


def _stamp(file: str) -> Stamp:
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
