"""Measures calls to AWS, and logs why they were refused."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from botocore.exceptions import ClientError
from cachetools import TTLCache

from graph.aws.client.codes import is_known
from graph.aws.client.errors import code_of, text_of
from graph.model.errors import ApiError
from graph.observability.metrics import AWS_CALLS, AWS_SECONDS

log = logging.getLogger(__name__)

OK: Final = "ok"
CANCELLED: Final = "cancelled"
OTHER: Final = "other"
"""The class of an account that has none of its own."""
NO_CLASSES: Final[Mapping[str, str]] = MappingProxyType({})
_ASSUME_ROLE: Final = "AssumeRole"
_UNKNOWN: Final = "unknown"
_QUIET_SECONDS: Final = 60.0
_REPORTED: Final = 1_000


@contextmanager
def measured(service: str, operation: str, region: str, of_class: str = OTHER) -> Iterator[None]:
    """Counts one call by its outcome: ok, cancelled, AWS's code, or the name of an exception.

    ``of_class``: the class of its account.
    """
    started, outcome = time.perf_counter(), _UNKNOWN
    try:
        yield
        outcome = OK
    except asyncio.CancelledError:
        outcome = CANCELLED
        raise
    except Exception as error:
        outcome = _outcome_of(error, service)
        raise
    finally:
        AWS_CALLS.labels(service, operation, region, outcome, of_class).inc()
        AWS_SECONDS.labels(service, operation).observe(time.perf_counter() - started)


class Reports:
    """Logs AWS's code and text if the caller does not see them, each at most once per minute."""

    def __init__(self) -> None:
        self._recent: TTLCache[tuple[str, str, str, str], bool] = TTLCache(
            _REPORTED, _QUIET_SECONDS
        )

    def report(self, error: BaseException, doing: str, account_id: str, region: str) -> None:
        """Logs the cause of ``error``, unless it was AssumeRole that failed on the way to a call.

        That is reported where it happens.
        """
        cause = error.__cause__
        if not isinstance(cause, ClientError) or text_of(cause) == str(error):
            return
        if cause.operation_name == _ASSUME_ROLE and not doing.endswith(f":{_ASSUME_ROLE}"):
            return
        key = (doing, account_id, region, code_of(cause))
        if key not in self._recent:
            self._recent[key] = True
            log.warning("AWS refused %s in account %s, %s: %s: %s", *key, text_of(cause))


def _outcome_of(error: Exception, service: str) -> str:
    cause = error.__cause__ if isinstance(error, ApiError) else error
    if cause is None:
        return error.code if isinstance(error, ApiError) else _UNKNOWN
    if isinstance(cause, ClientError) and not is_known(service, code_of(cause)):
        return _UNKNOWN
    return code_of(cause)
