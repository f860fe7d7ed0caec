"""Garbage collection in a process that serves until its end."""

from __future__ import annotations

import gc
from typing import Final

_GENERATIONS: Final = (2_000, 5, 500)
"""The first, 700 by default, is the growth in objects that starts a collection. The product of the
first two, the most objects that the second looks at, takes some milliseconds, in which nobody is
served; with 200,000 it was 0.1 s. The third looks at everything."""

_STARTING: Final = 50_000
"""The first, while a server starts: nearly everything that it loads stays."""


def collect_rarely() -> None:
    """For the start of a process: an eighth of it were collections that found next to nothing."""
    gc.set_threshold(_STARTING)


def tune_garbage_collection() -> None:
    """Excludes what has been loaded so far from garbage collection, and collects less often.

    Most objects that requests create are freed by their reference counts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GENERATIONS)
