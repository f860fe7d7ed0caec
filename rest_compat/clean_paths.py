"""Redirects a GET of an unclean path, such as ``//`` or ``/../``, as the original's router did."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rest_compat.endpoint import Endpoint

_UNESCAPED: Final = "/$&+,:;=@~"
"""What Go leaves as it is in a path, apart from letters, digits, ``-``, ``.`` and ``_``."""


class CleanPaths:
    """Lets clean paths through. ``nothing`` answers an unclean one with any other method."""

    def __init__(self, app: ASGIApp, nothing: ASGIApp) -> None:
        self._app, self._nothing = app, nothing
        self._redirect = Endpoint(_redirect)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and cleaned(scope["path"]) != scope["path"]:
            app = self._redirect if scope["method"] in ("GET", "HEAD") else self._nothing
        await app(scope, receive, send)


def cleaned(path: str) -> str:
    """The path without empty, ``.`` and ``..`` segments; a slash at its end stays."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    end = "/" if segments and path.endswith("/") else ""
    return f"/{'/'.join(segments)}{end}"


async def _redirect(request: Request, _request_id: str) -> Response:
    # Begins with a single slash, so that it cannot lead to another host.
    location = quote(cleaned(request.scope["path"]), safe=_UNESCAPED)
    query = request.scope["query_string"].decode("latin-1")
    return Response(
        status_code=301, headers={"Location": f"{location}?{query}" if query else location}
    )
