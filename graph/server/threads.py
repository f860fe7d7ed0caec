"""How the threads of a process that serves share the interpreter."""

from __future__ import annotations

import sys
from typing import Final

_SWITCH_SECONDS: Final = 0.0005


def tune_threads() -> None:
    """Lets the event loop continue soon, by default after 5 ms, while other threads are busy.

    Transactions of the store run Python code in threads. After each wait for sockets the loop may
    have to wait for them.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
