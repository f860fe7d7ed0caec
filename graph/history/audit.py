"""Carries out changes so that each leaves an audit record, whatever its outcome.

A change that may take effect is recorded before it touches AWS: if that record cannot be stored,
the change is refused. Its outcome is recorded afterwards; if that record cannot be stored,
it is written to the log and the answer stays what it was.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar

from graph.concurrency import InProgress, NoRoom, Rounds, TaskOwner
from graph.history.refusals import RefusalLimit
from graph.model.audit import (
    AuditAction,
    AuditEntry,
    AuditFilter,
    AuditPhase,
    AuditRecord,
    AuditTarget,
    Requester,
)
from graph.model.errors import AccessDenied, ApiError, Throttled, Upstream
from graph.model.window import Window
from graph.observability.metrics import AUDIT_LEFT_OUT, LIMITED
from graph.store import AuditTrail, write_line

log = logging.getLogger(__name__)

T = TypeVar("T")

INTERRUPTED: Final = "INTERRUPTED"
"""The error code of a change that the shutdown cut off: whether it took effect is unknown."""
_UNDER_WAY: Final = 1_000
"""Concurrent changes of all callers, see ``InProgress``. They outlive their clients, so connection
limits do not bound them."""
_WAIT_SECONDS: Final = 5.0
"""After which one that was refused may be tried again: most changes take less."""
_DRAIN_SECONDS: Final = 5.0
"""For the last records: what begins changes has been closed by then."""
_NOT_STORED: Final = "the audit record above was not stored (attempt %s)"
_FAILURES: Final = (AccessDenied, Throttled, Upstream)
"""Of these, only Upstream may have taken effect in part. It is recorded however often it occurs."""
_RETENTION_SECONDS: Final = 3_600.0


class ChangeInProgress:
    """A change in progress, which collects what becomes known about its target."""

    def __init__(self, action: AuditAction, requester: Requester, target: AuditTarget) -> None:
        self.id = uuid.uuid4().hex
        self.requester = requester
        self._action, self._target = action, target

    def add_details(self, **known: Any) -> None:  # noqa: ANN401 - fields of AuditTarget
        """Adds to the target, by the names of ``AuditTarget``'s fields."""
        self._target = replace(self._target, **known)

    def record(self, phase: AuditPhase, error_code: str | None = None) -> AuditRecord:
        return AuditRecord(
            attempt=self.id,
            at=datetime.now(UTC),
            phase=phase,
            action=self._action,
            requester=self.requester,
            target=self._target,
            error_code=error_code,
        )


class Audit:
    """Owns the changes under way and the retention of their records."""

    def __init__(self, trail: AuditTrail, *, keep_seconds: float) -> None:
        self._trail, self._keep = trail, keep_seconds
        self._refusals = RefusalLimit(time.monotonic)
        self._changes, self._under_way = TaskOwner(), InProgress(_UNDER_WAY)
        self._retention: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._retention = asyncio.create_task(self._retain())  # cancelled on exit
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._retention is not None:
            self._retention.cancel()
            await asyncio.gather(self._retention, return_exceptions=True)
        await self.end_changes()

    async def end_changes(self) -> None:
        """Cuts off and records the changes that do not end soon. From now on none begins."""
        await self._changes.aclose(_DRAIN_SECONDS)

    async def carry_out(
        self,
        attempt: ChangeInProgress,
        change: Callable[[ChangeInProgress], Coroutine[Any, Any, T]],
        *,
        may_take_effect: bool,
    ) -> T:
        """Runs a change to its end, even if the client leaves, and records it.

        ``may_take_effect``: false if the caller's rights rule out any effect; then only the refusal
        is recorded. A rejection of a key that has had too many is only in the log.
        Raises what the change
        raises, Throttled if too many changes are under way, and Upstream if the store cannot record
        the request: then nothing was done.
        """
        leave = self._enter(attempt.requester)
        work = self._carry_out(attempt, change, may_take_effect=may_take_effect)
        return await self._changes.run(work, at_end=leave)

    async def page(self, wanted: AuditFilter, window: Window[int]) -> list[AuditEntry]:
        """A part of the trail, newest first. Its places are the sequences of records."""
        return await self._trail.page(wanted, window)

    def _enter(self, requester: Requester) -> Callable[[], None]:
        try:
            return self._under_way.enter(requester.key, requester.on_behalf_of)
        except NoRoom as error:
            LIMITED.labels("changes").inc()
            raise Throttled(
                "The server is carrying out too many changes, of which you requested "
                f"{error.held}. Try again when some of them have ended.",
                wait=_WAIT_SECONDS,
            ) from None

    async def _carry_out(
        self,
        attempt: ChangeInProgress,
        change: Callable[[ChangeInProgress], Awaitable[T]],
        *,
        may_take_effect: bool,
    ) -> T:
        requested = attempt.record(AuditPhase.REQUESTED) if may_take_effect else None
        if requested is not None:
            await self._trail.append(requested)
        try:
            result = await change(attempt)
        except ApiError as error:
            failed = isinstance(error, _FAILURES)
            ended = attempt.record(AuditPhase.FAILED if failed else AuditPhase.REFUSED, error.code)
            if isinstance(error, Upstream) or self._refusals.admits(attempt.requester.key):
                await self._conclude(ended)
            else:
                await self._leave_out(ended, requested)
            raise
        except asyncio.CancelledError:
            # The shutdown cut it off. The store is still open, as it is closed after this.
            await self._conclude(attempt.record(AuditPhase.FAILED, INTERRUPTED))
            raise
        except Exception:
            await self._conclude(attempt.record(AuditPhase.FAILED, ApiError.code))
            raise
        await self._conclude(attempt.record(AuditPhase.ACCEPTED))
        return result

    async def _leave_out(self, refused: AuditRecord, requested: AuditRecord | None) -> None:
        """Keeps a rejection in the log only. A failure here must not change the response."""
        write_line(refused)
        AUDIT_LEFT_OUT.inc()
        if requested is None:
            return
        try:
            await self._trail.discard(requested)
        except Exception:  # a boundary: the request stays, without an outcome
            log.exception("the audit record of a request was not discarded: %s", requested.attempt)

    async def _conclude(self, record: AuditRecord) -> None:
        """Records the outcome. A failure here must not change the response."""
        write_line(record)
        try:
            await self._trail.append(record)
        except Upstream as error:  # the line above is then the only record
            log.error("%s: %s", _NOT_STORED % record.attempt, error)  # noqa: TRY400 - no fault here
        except Exception:  # a boundary
            log.exception(_NOT_STORED, record.attempt)

    async def _retain(self) -> None:
        """Deletes old records, an hour apart; servers that started together do not coincide."""
        rounds = Rounds(log, "the deletion of old audit records")
        while True:
            await asyncio.sleep(_RETENTION_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
            with rounds.guard():
                while await self._trail.forget(self._keep):
                    continue
