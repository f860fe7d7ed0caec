"""uvicorn's server, made to wake up once per second instead of ten times."""

from __future__ import annotations

import asyncio
from types import FrameType
from typing import Final

import uvicorn

_SECONDS: Final = 1.0
"""Between two ticks: as often as the header Date changes."""
_DATE: Final = 0
"""The number of a tick that renews the header Date."""


class QuietServer(uvicorn.Server):
    """Wakes up once per second, and at once for a signal."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """As uvicorn's."""
        self._loop = asyncio.get_running_loop()
        asked = self._loop.create_task(self._asked.wait())  # owned here: cancelled below
        try:
            while not await self.on_tick(_DATE):
                await asyncio.wait((asked,), timeout=_SECONDS)
        finally:
            asked.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's. Runs on the main thread, between any two instructions of the loop."""
        super().handle_exit(sig, frame)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._asked.set)
