"""One client that follows a state together with others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Final

from starlette.types import Message

from graph.transport.execution.results import Following, Payload
from graph.transport.outbox import Outbox
from graph.transport.report import Report

_HELD: Final = 500
"""Subjects of which a client that does not read can miss events without beginning anew."""


class Follower(ABC):
    """A member of a group, which writes to it without waiting.

    While the client does not read, it holds the newest state of each subject alone. The client
    always gets the last ones, and then the end.
    """

    __slots__ = ("_closing", "_held", "_outbox", "_report", "following", "is_over")

    def __init__(self, outbox: Outbox, report: Report) -> None:
        self._outbox, self._report = outbox, report
        self._held: dict[Hashable, Payload] | None = None
        """By subject, in the order of their events; None for none, as of nearly all followers."""
        self._closing = False
        self.is_over = False
        """Whether all has been sent, or the client no longer follows."""
        self.following: Following | None = None
        """Set once the group has been joined."""

    def put(self, payload: Payload) -> None:
        """A new state of the group."""
        if self.is_over:
            return
        if payload.failures:
            self._report.failures.update(payload.failures)
        if self._outbox.busy:
            self._hold(payload)
            self._outbox.offer(self)
            return
        frame = self._frame(payload)
        if frame is None or not self._outbox.write(frame):
            self._outbox.post(self._message(payload))

    def close(self) -> None:
        """The group has ended."""
        if self.following is not None:
            self.following.leave()
        self._closing = True
        self._outbox.offer(self)

    def take(self) -> Message | None:
        """What is to be sent next: see ``Outbox``."""
        if self.is_over:
            return None
        if self._held is not None:
            payload = self._held.pop(next(iter(self._held)))
            self._held = self._held or None
            return self._message(payload)
        if not self._closing:
            return None
        self.is_over = True
        return self._last()

    def cancel(self) -> None:
        """The client no longer follows: nothing more is sent."""
        self.is_over, self._held = True, None
        if self.following is not None:
            self.following.leave()

    async def aclose(self) -> None:
        """The same; returns once the source is closed, if this was its last follower."""
        self.cancel()
        if self.following is not None:
            await self.following.aclose()

    def _hold(self, payload: Payload) -> None:
        if self._held is None or payload.opens:
            self._held = {}
        elif len(self._held) >= _HELD and self.following is not None:
            self._held = {}
            self.following.reopen()
        self._held.pop(payload.subject, None)
        self._held[payload.subject] = payload

    @abstractmethod
    def _frame(self, payload: Payload) -> bytes | None:
        """Carries a state on the wire; None if the message has to be sent."""

    @abstractmethod
    def _message(self, payload: Payload) -> Message:
        """Carries a state."""

    @abstractmethod
    def _last(self) -> Message:
        """Tells the client that the operation has ended."""
