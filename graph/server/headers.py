"""Headers that protect responses in browsers and caches."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Adds ``nosniff`` and ``no-store`` to every response that does not set them itself.

    With ``hsts_seconds`` above 0, tells browsers to use only HTTPS for that time.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ]
        if hsts_seconds:
            hsts = f"max-age={hsts_seconds}".encode()
            self._headers.append((b"strict-transport-security", hsts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                message["headers"] = headers + [
                    header for header in self._headers if header[0] not in present
                ]
            await send(message)

        await self._app(scope, receive, protected)
