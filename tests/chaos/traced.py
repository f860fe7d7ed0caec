"""``python -m tests.chaos.traced serve``: the server, which traces memory from the first SIGUSR1.

Each further signal logs what was allocated since and has not been freed.
"""

from __future__ import annotations

import gc
import signal
import sys
import tracemalloc
from typing import Final

from graph.cli import main

_FRAMES: Final = 5
_SHOWN: Final = 25


def _report(_number: int, _frame: object) -> None:
    """The largest part comes first."""
    gc.collect()
    if not tracemalloc.is_tracing():
        tracemalloc.start(_FRAMES)
        return
    now = tracemalloc.take_snapshot().filter_traces(
        [tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__)]
    )
    for kind in ("lineno", "traceback"):
        print(f"--- by {kind}", file=sys.stderr)  # noqa: T201 - its purpose
        for each in now.statistics(kind)[:_SHOWN]:
            trace = each.traceback.format(most_recent_first=True)
            print(each, *trace[: 2 * _FRAMES], sep="\n   ", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _report)
    sys.exit(main())
