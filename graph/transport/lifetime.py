"""How long a stream or socket stays open, and why it ends."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from types import TracebackType
from typing import Self


class Ending(Enum):
    """Why the server ends a stream or socket."""

    COMPLETE = auto()
    """All that the client asked for has been sent."""
    BROKEN = auto()
    """The rest could not be sent."""
    LATE = auto()
    """The client has not introduced itself in time."""
    STUCK = auto()
    """The client does not read."""
    STOPPED = auto()
    """The server stops."""
    WITHDRAWN = auto()
    """The credentials of the caller are no longer valid: removed, changed or expired."""


class Lifetime:
    """``async with lifetime:`` around what a connection does until it ends.

    That is left as soon as ``end`` is called, by anyone, without an exception. A task that waits
    for both would cost each idle connection more memory than all else that is kept for it.
    """

    __slots__ = ("_expires", "_scope", "_within", "ending")

    def __init__(self) -> None:
        self._scope = asyncio.timeout(None)
        self._within = False
        self._expires: float | None = None
        self.ending: Ending | None = None
        """None as long as the server has no reason to end the connection."""

    def end(self, ending: Ending) -> None:
        """Ends the connection. The first reason counts."""
        if self.ending is None:
            self.ending = ending
            if self._within:
                self._interrupt()

    def expire_in(self, seconds: float | None) -> None:
        """Ends the connection after this time, as its credentials expire then; None: never."""
        if seconds is None:
            return
        self._expires = asyncio.get_running_loop().time() + max(0.0, seconds)
        if self._within and self.ending is None:
            self._scope.reschedule(self._expires)

    async def __aenter__(self) -> Self:
        await self._scope.__aenter__()
        self._within = True
        if self.ending is not None:
            self._interrupt()
        elif self._expires is not None:
            self._scope.reschedule(self._expires)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._within = False
        try:
            await self._scope.__aexit__(kind, error, trace)
        except TimeoutError:  # the scope's own, which only ``end`` and the expiry cause
            if self.ending is None:
                self.ending = Ending.WITHDRAWN
            return True
        return False

    def _interrupt(self) -> None:
        self._scope.reschedule(asyncio.get_running_loop().time())
