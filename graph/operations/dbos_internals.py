"""Every private member of DBOS that is used here. Checked with DBOS 3.4.0.

While nothing happens, DBOS queries its database several times a second for what is not used here;
its configuration has no setting for that.

DBOS reads and writes pickles for rows that name its default format, whatever serializer an
application sets; no public option turns that off. So write access to its
tables would allow running code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, NoReturn

from dbos import (
    DBOS,
    Serializer,
    _serialization,
    _sys_db,
    _sys_db_postgres,
    _workflow_commands,
)

from graph.operations.journal import JsonSerializer

_JOBS_SECONDS: Final = 3_600.0
"""How often DBOS looks for workflows that are delayed or have a timeout. There are none."""
_QUEUE_SECONDS: Final = 2.0
"""How often it looks for operations that this server has taken over from another, by default 1."""
_QUIET_SECONDS: Final = 10.0
"""How often it looks without that: what another server has taken over, before it died itself."""
_EXPECTED_SECONDS: Final = 30.0
"""How long after a take-over it looks often."""


class PickleRefused(Exception):
    """A row asks for a value to be unpickled."""


class _NoPickles(Serializer):
    """Takes the place of DBOS's default format: reads nothing, and writes JSON."""

    def name(self) -> str:
        return "py_pickle"

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - DBOS's signature
        return JsonSerializer().serialize(data)

    def deserialize(self, serialized_data: str) -> NoReturn:  # noqa: ARG002 - DBOS's signature
        raise PickleRefused("pickled values are not read")


def refuse_pickles() -> None:
    """For the rest of this process."""
    _serialization.DBOSDefaultSerializer = _NoPickles()


def run_no_background_jobs() -> None:
    """From the next launch on; its thread still ends at once when it is told to."""
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = _JOBS_SECONDS  # noqa: SLF001 - see above


def exchange_no_messages() -> None:
    """From the next launch on: no thread sends or awaits messages between workflows.

    There are none. On PostgreSQL one thread looked a hundred times per second for some to send, and
    the other took a connection.
    """
    base, postgres = _sys_db.SystemDatabase, _sys_db_postgres.PostgresSystemDatabase
    base.run_notification_listener = _do_nothing  # type: ignore[assignment, method-assign]
    postgres.run_notifier = _do_nothing  # type: ignore[assignment, method-assign]


def _do_nothing(*_: object) -> None:
    """In place of what a thread runs."""


class QueueLooks:
    """When to look for work in the internal queue, which is empty but after a take-over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked = self._expected_until = float("-inf")

    def expect(self) -> None:
        """Something is about to be in the queue."""
        self._expected_until = self._clock() + _EXPECTED_SECONDS

    def are_due(self) -> bool:
        """Whether to look now. To be asked each time that there would be a look."""
        now = self._clock()
        if now >= self._expected_until and now - self._looked < _QUIET_SECONDS:
            return False
        self._looked = now
        return True


def poll_less(launched: DBOS) -> None:
    """Only the internal queue is used, which DBOS knows without its database, and no schedule."""
    looks = QueueLooks()
    launched._registry.get_internal_queue()._polling_interval_sec = _QUEUE_SECONDS  # noqa: SLF001
    system_tables = launched._sys_db  # noqa: SLF001
    system_tables.use_listen_notify = False  # else messages would be kept for the thread that sends
    system_tables.list_queues = lambda **_: []  # type: ignore[method-assign]
    system_tables.list_schedules = lambda *_, **__: []  # type: ignore[method-assign]
    scopes, resume = system_tables.dequeue_scopes, system_tables.resume_workflows

    def scopes_when_due(queue_name: str) -> list[str | None]:
        return scopes(queue_name) if looks.are_due() else []

    def resume_expectedly(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - DBOS's signature
        looks.expect()
        return resume(*given, **more)

    system_tables.dequeue_scopes = scopes_when_due  # type: ignore[method-assign]
    system_tables.resume_workflows = resume_expectedly  # type: ignore[method-assign]
