"""Garbage collection in a process that serves until its end."""

from __future__ import annotations

import gc
from typing import Final

_GENERATIONS: Final = (10_000, 20, 20)
"""The first, 700 by default, is the growth in objects that starts a collection."""


def tune_garbage_collection() -> None:
    """Excludes what has been loaded so far from garbage collection, and collects less often.

    Most objects that requests create are freed by their reference counts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GENERATIONS)
