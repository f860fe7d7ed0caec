"""The rounds of a background job: one that fails is logged, and does not end the job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from graph.model.errors import Upstream
from graph.observability.outages import Outage


class Rounds:
    """``with rounds.guard():`` around each round of a job that never ends by itself.

    Swallows every exception. An outage of the store, which raises Upstream, is the store's to log.
    Anything else is logged with a traceback when it first happens, and again only after a round
    that succeeded.
    """

    def __init__(self, log: logging.Logger, job: str) -> None:
        """``job`` is the subject of the sentences in the log, such as "the sweep"."""
        self._log, self._job = log, job
        self._outage = Outage(log, job, begins="fails", ends="works again")

    @contextmanager
    def guard(self) -> Iterator[None]:
        try:
            yield
        except Upstream as error:
            self._log.debug("%s is repeated later: %s", self._job, error)
        except Exception as error:  # noqa: BLE001 - a boundary: one bad round must not end the job
            self._outage.failed(repr(error), error)
        else:
            self._outage.succeeded()
