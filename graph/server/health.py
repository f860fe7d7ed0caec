"""Liveness and readiness: whether to restart the process, and whether to send it requests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PATHS: Final = ("/livez", "/healthz", "/readyz")

Check = Callable[[], Awaitable[str | None]]
"""Returns why a dependency cannot be used, or None if it can."""
MaySeeReasons = Callable[[Request], Awaitable[bool]]

_FRESH_SECONDS: Final = 1.0
"""How long a result is reused, however often it is requested."""
_CHECK_SECONDS: Final = 1.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Health:
    """Answers probes. The server is ready between ``start`` and ``stop`` if all checks succeed."""

    def __init__(
        self, may_see_reasons: MaySeeReasons, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``may_see_reasons``: whether a request is shown why a check fails, or only that."""
        self._checks: Mapping[str, Check] = {}
        self._stopping = False
        self._may_see_reasons, self._clock = may_see_reasons, clock
        self._one_at_a_time = asyncio.Lock()
        self._found: dict[str, str | None] = {}
        self._until = float("-inf")

    def start(self, checks: Mapping[str, Check]) -> None:
        """From now on the server can be ready."""
        self._checks, self._stopping, self._until = checks, False, float("-inf")

    def stop(self) -> None:
        """From now on the server is not ready."""
        self._stopping = True

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/livez", self._live),
            Route("/healthz", self._live),
            Route("/readyz", self._ready),
        ]

    async def troubles(self) -> dict[str, str | None]:
        """By check, why it fails, or None. At most a second old."""
        async with self._one_at_a_time:
            if self._clock() >= self._until:
                checks = self._checks
                found = await asyncio.gather(*(_in_time(check) for check in checks.values()))
                self._found = dict(zip(checks, found, strict=True))
                self._until = self._clock() + _FRESH_SECONDS
        stopping = "the server is stopping" if self._stopping else None
        opened = None if self._checks else "the server is starting"
        return {"serving": stopping or opened, **self._found}

    async def _live(self, _request: Request) -> Response:
        return PlainTextResponse("ok", headers=_HEADERS)

    async def _ready(self, request: Request) -> Response:
        troubles = await self.troubles()
        ready = not any(troubles.values())
        detailed = not ready and await self._may_see_reasons(request)
        shown = {
            name: "ok" if why is None else why if detailed else "failed"
            for name, why in troubles.items()
        }
        headers = _HEADERS | ({"Connection": "close"} if self._stopping else {})
        return JSONResponse(
            {"ready": ready, "checks": shown}, status_code=200 if ready else 503, headers=headers
        )


async def _in_time(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"no response within {_CHECK_SECONDS:g} s"
