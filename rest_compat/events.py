"""The states of a run as server-sent events, the last of which says why no more follow."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from graph.context import Context
from graph.model.errors import INTERNAL_ERROR, ApiError
from graph.model.progress import Progress
from graph.resolvers.following import follow_run
from graph.runs.watch import Update
from rest_compat.errors import text_of
from rest_compat.responses import encoded, run_json, time_text

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "text/event-stream"
_LONGEST: Final = 10
"""Digits of a sequence number."""


@dataclass(frozen=True, slots=True)
class StreamEnds:
    """What is sent between events, and where a stream ends before its events do."""

    keep_alive: bytes
    stopped: bytes
    withdrawn: bytes


async def run_events(
    context: Context, run_arn: str, after: int | None
) -> AsyncGenerator[bytes, None]:
    """The current state, then each change; last why the stream ends."""
    try:
        async with aclosing(follow_run(context, run_arn, after)) as updates:
            async for update in updates:
                yield _event("run", _state(update), update.progress.sequence)
    except ApiError as error:
        yield _end(error.code, text_of(error))
    except Exception:  # a boundary: the client must learn that the stream has ended
        log.exception("following %s failed unexpectedly", run_arn)
        yield _end(ApiError.code, INTERNAL_ERROR)
    else:
        yield _end("RUN_ENDED", "The run has ended.")


def sequence_of(last_event_id: str | None) -> int | None:
    """The number that a client has received last; None without one, or for any other text."""
    given = last_event_id or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _LONGEST else None


def _state(update: Update) -> dict[str, Any]:
    return {"Run": run_json(update.run), "Progress": _progress(update.progress)}


def _progress(progress: Progress) -> dict[str, Any]:
    stalled = progress.stalled_since
    return {
        "BytesPerSecond": progress.bytes_per_second,
        "ElapsedSeconds": progress.elapsed_seconds,
        "EstimateBasis": progress.basis,
        "EstimatedSecondsLeft": progress.seconds_left,
        "FilesPerSecond": progress.files_per_second,
        "ObservedAt": time_text(progress.observed_at),
        "Percent": progress.percent,
        "QueuedSeconds": progress.queued_seconds,
        "StalledSince": None if stalled is None else time_text(stalled),
        "TotalsFinal": progress.totals_final,
    }


def _event(name: str, data: object, number: int | None = None) -> bytes:
    head = b"" if number is None else b"id: %d\n" % number
    return head + b"event: %s\ndata: %s\n\n" % (name.encode(), encoded(data))


def _end(reason: str, message: str) -> bytes:
    return _event("end", {"Reason": reason, "Message": message})


ENDS: Final = StreamEnds(
    keep_alive=b": ping\n\n",
    stopped=b"retry: 1000\n" + _end("SERVER_STOPPING", "The server is stopping. Connect again."),
    withdrawn=_end("UNAUTHENTICATED", "The credentials are no longer valid."),
)
