"""Serves the page to browsers at the path of the API, and the files that it loads below it."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.ide.bundle import Bundle, File
from graph.transport.accept import accepts_gzip, prefers_html
from graph.transport.entity_tag import matches, tag_of

_METHODS: Final = ("GET", "HEAD")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A socket of the page's own host is ``'self'``, too."""
_OF_PAGE: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}
_OF_FILE: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",  # the name has a hash of the content
    "Vary": "Accept-Encoding",
}
_NOT_BUILT: Final = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>datasync-api: GraphQL</title>
<h1>The IDE is not built</h1>
<p>The GraphQL API is served at this address, but this installation of datasync-api has no page for
browsers. In a checkout, <code>scripts/ide</code> builds it, which needs Node 20 or newer with npm;
then restart the server. Wheels contain it if Node was there when they were built.</p>
</html>
"""


class IdePage:
    """Answers browsers that open the path of the API; every other request is the API's."""

    def __init__(self, api: ASGIApp, bundle: Bundle | None) -> None:
        """Without a bundle, the page says how to build it."""
        self._api = api
        self._page = bundle.page if bundle else _NOT_BUILT
        self._tag = tag_of(self._page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not _is_opened(scope, headers):
            await self._api(scope, receive, send)
            return
        own = _OF_PAGE | {"ETag": self._tag}
        if matches(headers.get("if-none-match", ""), self._tag):
            response = Response(status_code=304, headers=own)
        else:
            response = Response(self._page, headers=own, media_type="text/html")
        await response(scope, receive, send)


def _is_opened(scope: Scope, headers: Headers) -> bool:
    """Whether it is what a browser sends for its address bar. Parameters are for the API."""
    is_read = scope["type"] == "http" and scope["method"] in _METHODS
    return is_read and not scope["query_string"] and prefers_html(headers.get("accept"))


class IdeFiles:
    """Serves the files of a bundle by the parameter ``name`` of a route, to anyone."""

    def __init__(self, bundle: Bundle) -> None:
        self._files = bundle.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._files.get(scope["path_params"]["name"])
        if file is None:
            response = Response("404 page not found\n", 404, media_type="text/plain")
        elif scope["method"] not in _METHODS:
            response = Response(status_code=405, headers={"Allow": ", ".join(_METHODS)})
        else:
            response = _response(file, Headers(scope=scope).get("accept-encoding"))
        await response(scope, receive, send)


def _response(file: File, encodings: str | None) -> Response:
    if accepts_gzip(encodings):
        headers = _OF_FILE | {"Content-Encoding": "gzip"}
        return Response(file.compressed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=_OF_FILE, media_type=file.media_type)
