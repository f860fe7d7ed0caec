"""Notices that files have changed, by polling them.

Not by inotify: secrets are mounted as links that are replaced, and on file systems without events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_SECONDS: Final = 0.5
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
    """Calls ``notify`` on the running loop after a file has changed. Looks every ``seconds``."""
    watch = await asyncio.to_thread(FileWatch, files)
    watching = asyncio.create_task(_watch(watch, notify, seconds))  # owned here: cancelled below
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(watch: FileWatch, notify: Callable[[], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            if await asyncio.to_thread(watch.changed):
                notify()
        except Exception:  # a boundary: one failed look must not end the others
            log.exception("files could not be watched")


def _stamp(file: str) -> Stamp:
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
