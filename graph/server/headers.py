"""Headers that protect responses in browsers and caches."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Adds ``nosniff`` and ``no-store`` to every response that does not set them itself.

    With ``hsts_seconds`` above 0, tells browsers to use only HTTPS for that time.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        self._headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        if hsts_seconds:
            self._headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, protected)
