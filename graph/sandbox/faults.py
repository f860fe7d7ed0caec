"""Bad days by order: what goes wrong with which calls, and what was called."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

KINDS: Final = (
    "throttle",  # refused as too fast
    "error",  # a 500
    "denied",  # refused, as a policy does
    "expired",  # refused, as where the session is over
    "page",  # a proxy answers in AWS's place: 200 and a web page; the call has no effect
    "unsent",  # the connection breaks before the call takes effect
    "lost",  # it takes effect, and the connection breaks before the answer
    "slow",  # answered after so many seconds of real time
    "gate",  # stands still before it takes effect, until the gate is opened
    "gate-after",  # takes effect, and stands still before it is answered
)
_LOOK: Final = 0.2
"""Seconds between two looks at a condition where no call arrives."""
GATE_SECONDS: Final = 60.0
"""A call stands no longer than that at a gate that nobody opens."""


class Call(NamedTuple):
    service: str
    operation: str
    account: str
    """Of the credentials, but of AssumeRole that of the role."""


@dataclass
class Fault:
    """``operation`` is ``datasync.CreateTask``, ``CreateTask``, ``datasync.*`` or ``*``.

    With ``operation="*"`` and ``skip=n`` it meets the n-th call of anything, counted from 0.
    """

    operation: str
    kind: str
    count: int = 1
    """So many calls go wrong ..."""
    skip: int = 0
    """... after so many that pass."""
    seconds: float = 0.0
    account: str | None = None
    """Only calls of this account, those that assume a role of it among them; None for all."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(KINDS)}")

    def hits(self, call: Call) -> bool:
        full = f"{call.service}.{call.operation}"
        named = self.operation in (full, call.operation, f"{call.service}.*", "*")
        return named and self.account in (None, call.account)


class Border:
    """Counts every call, and knows which of them go wrong."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._faults: list[Fault] = []
        self._calls: deque[Call] = deque(maxlen=100_000)
        self._standing: list[Call] = []
        self._opened = 0
        self._cleared = 0

    def arrives(self, call: Call) -> Fault | None:
        """Counts a call; gives the fault that it meets, if any."""
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
        """Keeps the calling thread for so long, or until the faults are cleared."""
        with self._lock:
            seen = self._cleared
            self._lock.wait_for(lambda: self._cleared != seen, seconds)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """No more faults; who stands at a gate, or is answered slowly, goes on."""
        with self._lock:
            self._faults.clear()
            self._cleared += 1
        self.open_gate()

    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def counts(self) -> Counter[str]:
        """How often each ``service.Operation`` was called."""
        return Counter(f"{call.service}.{call.operation}" for call in self.calls())

    def forget_calls(self) -> None:
        with self._lock:
            self._calls.clear()

    def stand(self, call: Call) -> None:
        """Keeps the calling thread until the gate is opened."""
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
        """The call that stands at the gate, once there is one."""
        with self._lock:
            self._lock.wait_for(lambda: bool(self._standing), min(seconds, GATE_SECONDS))
            return self._standing[0] if self._standing else None

    def open_gate(self) -> None:
        with self._lock:
            self._opened += 1
            self._lock.notify_all()
