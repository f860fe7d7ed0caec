"""Every private member of DBOS that is used here. Checked with DBOS 3.4.0.

While nothing happens, DBOS queries its database several times a second for what is not used here;
its configuration has no setting for that.

DBOS reads and writes pickles for rows that name its default format, whatever serializer an
application sets; no public option turns that off. So write access to its
tables would allow running code.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from dbos import DBOS, Serializer, _serialization, _workflow_commands

from graph.operations.journal import JsonSerializer

_JOBS_SECONDS: Final = 3_600.0
"""How often DBOS looks for workflows that are delayed or have a timeout. There are none."""
_QUEUE_SECONDS: Final = 2.0
"""How often it looks for operations that were taken over from another server, 1 by default."""


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


def poll_less(launched: DBOS) -> None:
    """Only the internal queue is used, which DBOS knows without its database, and no schedule."""
    launched._registry.get_internal_queue()._polling_interval_sec = _QUEUE_SECONDS  # noqa: SLF001
    system_tables = launched._sys_db  # noqa: SLF001
    system_tables.list_queues = lambda **_: []  # type: ignore[method-assign]
    system_tables.list_schedules = lambda *_, **__: []  # type: ignore[method-assign]
