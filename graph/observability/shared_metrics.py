"""One set of metrics for all workers of a server, kept in files of a private directory.

Each worker holds a numbered slot, which is free again as soon as the worker ends, however it ends.
The counters of a slot are continued by the next worker that takes it: they never go down, and
there are no more files than workers at the same time.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

VARIABLE: Final = "_DATASYNC_API_METRICS"
"""Names the directory to the workers."""
_LIBRARYS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client finds its files; set in the workers only."""
_LOCK: Final = "slot_{}.lock"

_held: list[int] = []
"""The descriptor of the lock of this process's slot, open until the process ends."""


@contextmanager
def shared_directory() -> Iterator[None]:
    """For the parent: the workers that it starts in this block share their metrics.

    Raises OSError if there is no directory for temporary files.
    """
    directory = tempfile.mkdtemp(prefix="datasync-api-metrics-")
    os.environ[VARIABLE] = directory
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        shutil.rmtree(directory, ignore_errors=True)


def join() -> None:
    """To be called before the first metric is made. Takes a free slot if this is a worker."""
    if VARIABLE not in os.environ:
        return
    os.environ[_LIBRARYS] = os.environ[VARIABLE]
    slot = _take_slot(Path(os.environ[VARIABLE]))
    shared: Any = values.MultiProcessValue  # untyped, as is the next
    values.ValueClass = shared(process_identifier=lambda: slot)


async def exposition() -> bytes:
    """All metrics in Prometheus's text format: of all workers, or else of this process."""
    # Both read files, those of the process itself under /proc.
    return await asyncio.to_thread(render if VARIABLE in os.environ else generate_latest)


def render() -> bytes:
    """The sums over all workers, those that have ended included. Reads files."""
    directory = Path(os.environ[VARIABLE])
    for file in directory.glob(_LOCK.format("*")):
        _forget_the_dead(directory, int(file.stem.partition("_")[2]))
    registry = CollectorRegistry()
    collector: Any = MultiProcessCollector
    collector(registry, str(directory))
    return generate_latest(registry)


def _take_slot(directory: Path) -> int:
    number = 0
    while (lock := _try_lock(directory, number)) is None:
        number += 1
    _held[:] = [lock]
    _forget_gauges(directory, number)
    return number


def _try_lock(directory: Path, number: int) -> int | None:
    """The descriptor of the lock of a slot, or None if a living process holds it."""
    lock = os.open(directory / _LOCK.format(number), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _forget_the_dead(directory: Path, number: int) -> None:
    """Removes the gauges of a slot whose worker has ended: nothing of what they counted is left."""
    lock = _try_lock(directory, number)
    if lock is not None:
        _forget_gauges(directory, number)
        os.close(lock)


def _forget_gauges(directory: Path, number: int) -> None:
    for file in directory.glob(f"gauge_live*_{number}.db"):
        with suppress(FileNotFoundError):  # removed by another worker's scrape
            file.unlink()
