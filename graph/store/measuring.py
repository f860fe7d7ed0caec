"""Measures transactions: how long they wait for their turn, how long they take, how they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from graph.model.errors import Upstream
from graph.observability.metrics import STORE_CALLS, STORE_SECONDS, STORE_WAIT_SECONDS
from graph.observability.tracing import span

OK: Final = "ok"
ROLLED_BACK: Final = "rolled_back"
FAILED: Final = "failed"
BUSY: Final = "busy"
CANCELLED: Final = "cancelled"


@contextmanager
def measured() -> Iterator[None]:
    """Measures a transaction that has its turn."""
    started, outcome = time.perf_counter(), ROLLED_BACK
    try:
        with span("store transaction", call=True):
            yield
        outcome = OK
    except asyncio.CancelledError:
        outcome = CANCELLED
        raise
    except Upstream as error:
        if error.__cause__ is not None:  # else it is an answer of the transaction's work
            outcome = FAILED
        raise
    finally:
        STORE_CALLS.labels(outcome).inc()
        STORE_SECONDS.observe(time.perf_counter() - started)


@contextmanager
def measured_wait() -> Iterator[None]:
    """Measures the wait for a turn. If that fails, the transaction does not take place."""
    started = time.perf_counter()
    try:
        yield
    except asyncio.CancelledError:
        STORE_CALLS.labels(CANCELLED).inc()
        raise
    except Upstream:
        STORE_CALLS.labels(BUSY).inc()
        raise
    finally:
        STORE_WAIT_SECONDS.observe(time.perf_counter() - started)
