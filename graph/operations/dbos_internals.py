"""Every private member of DBOS that is used here. Checked with DBOS 3.4.0.

DBOS reads and writes pickles for rows that name its default format, whatever serializer an
application sets; no public option turns that off. So write access to its
tables would allow running code.
"""

from __future__ import annotations

from typing import Any, NoReturn

from dbos import Serializer, _serialization

from graph.operations.journal import JsonSerializer


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
