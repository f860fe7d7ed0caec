"""Fault injection, and a record of all calls."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

KINDS: Final = (
    "throttle",  # rejected as throttled
    "error",  # a 500
    "denied",  # rejected as by a policy
    "expired",  # rejected as with an expired session
    "page",  # a proxy responds instead of AWS: 200 and a web page; no effect
    "unsent",  # the connection breaks before the call takes effect
    "lost",  # takes effect, and the connection breaks before the response
    "slow",  # responds after this many seconds of real time
    "gate",  # waits before it takes effect, until the gate is opened
    "gate-after",  # takes effect, and waits before it responds
)
_LOOK: Final = 0.2
"""Seconds between two checks of a condition while no call arrives."""
GATE_SECONDS: Final = 60.0
"""The longest time that a call waits at a gate that nobody opens, in seconds."""


class Call(NamedTuple):
    service: str
    operation: str
    account: str
    """The account of the credentials; for AssumeRole, that of the role."""


@dataclass
class Fault:
    """``operation`` is ``datasync.CreateTask``, ``CreateTask``, ``datasync.*`` or ``*``.

    ``operation="*"`` with ``skip=n`` affects the n-th call of any kind, counted from 0.
    """

    operation: str
    kind: str
    count: int = 1
    """How many calls are affected ..."""
    skip: int = 0
    """... after this many that are not."""
    seconds: float = 0.0
    account: str | None = None
    """Only calls in this account, including those that assume a role of it; None for all."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(KINDS)}")

    def hits(self, call: Call) -> bool:
        full = f"{call.service}.{call.operation}"
        named = self.operation in (full, call.operation, f"{call.service}.*", "*")
        return named and self.account in (None, call.account)


class CallInterceptor:
    """Records every call, and decides which of them fail."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._faults: list[Fault] = []
        self._calls: deque[Call] = deque(maxlen=100_000)
        self._standing: list[Call] = []
        self._opened = 0
        self._cleared = 0

    def arrives(self, call: Call) -> Fault | None:
        """Records a call. Returns the fault that affects it, if any."""
        with self._lock:
            self._calls.append(call)
            self._lock.notify_all()
            for fault in self._faults:
                if not fault.hits(call):
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.count:
                    fault.count -= 1
                    return fault
            return None

    def pause(self, seconds: float) -> None:
        """Blocks the calling thread for this long, or until the faults are cleared."""
        with self._lock:
            seen = self._cleared
            self._lock.wait_for(lambda: self._cleared != seen, seconds)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Removes all faults; calls that wait continue."""
        with self._lock:
            self._faults.clear()
            self._cleared += 1
        self.open_gate()

    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def counts(self) -> Counter[str]:
        """The number of calls by ``service.Operation``."""
        return Counter(f"{call.service}.{call.operation}" for call in self.calls())

    def forget_calls(self) -> None:
        with self._lock:
            self._calls.clear()

    def stand(self, call: Call) -> None:
        """Blocks the calling thread until the gate is opened."""
        with self._lock:
            self._standing.append(call)
            self._lock.notify_all()
            seen = self._opened
            self._lock.wait_for(lambda: self._opened != seen, GATE_SECONDS)
            self._standing.remove(call)

    def wait_until(self, met: Callable[[], bool], seconds: float) -> bool:
        """Waits until a condition is met, which is evaluated at each call that arrives."""
        until = time.monotonic() + seconds
        with self._lock:
            while not (done := met()) and time.monotonic() < until:
                self._lock.wait(_LOOK)
            return done

    def wait_for_gate(self, seconds: float) -> Call | None:
        """Waits for a call at the gate, and returns it."""
        with self._lock:
            self._lock.wait_for(lambda: bool(self._standing), min(seconds, GATE_SECONDS))
            return self._standing[0] if self._standing else None

    def open_gate(self) -> None:
        with self._lock:
            self._opened += 1
            self._lock.notify_all()
