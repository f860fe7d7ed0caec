"""Rejections outside of GraphQL execution: an HTTP status, a message and a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response

from graph.transport.status import status_of

_STATUS: Final = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "THROTTLED": 429}
_CLOSE: Final = dict.fromkeys(("UNAUTHENTICATED", "FORBIDDEN"), 4403)
"""4401 is for operations before connection_init, and clients do not connect again after it: by then
they may have new credentials."""
_BUSY: Final = 503
_CLOSE_BUSY: Final = 4503
_RETRY_SECONDS: Final = "5"
_HEADERS: Final = {
    401: {"WWW-Authenticate": 'Bearer realm="datasync-api"'},
    429: {"Retry-After": _RETRY_SECONDS},
    _BUSY: {"Retry-After": _RETRY_SECONDS},
}
_REASON_BYTES: Final = 123
"""RFC 6455, 5.5: a control frame has 125 bytes, two of which are the code."""
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Refusal(Exception):
    """Rejects a request before it is executed."""

    def __init__(
        self,
        status: int | tuple[int, int],
        reason: str,
        *,
        code: str = "BAD_REQUEST",
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> None:
        """``status``: one, or a pair that the media type decides on; see ``status_of``."""
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.code, self.headers = code, headers

    def response(self, media: str, request_id: str) -> Response:
        extensions: dict[str, Any] = {"code": self.code, "requestId": request_id}
        if "Retry-After" in self.headers:
            extensions["retryAfter"] = int(self.headers["Retry-After"])
        body: dict[str, Any] = {"errors": [{"message": self.reason, "extensions": extensions}]}
        status = self.status if isinstance(self.status, int) else status_of(self.status, media)
        media_type = f"{media}; charset=utf-8"
        return Response(orjson.dumps(body), status, headers=self.headers, media_type=media_type)


def of_identity(error: Exception) -> Refusal | None:
    """The rejection that an error of ``identify`` stands for; None for an unexpected error."""
    code = getattr(error, "code", None)
    if not isinstance(code, str):
        return None
    status = _STATUS.get(code, _BUSY)
    headers = _HEADERS.get(status, _NO_HEADERS)
    return Refusal(status, str(error), code=code, headers=headers)


async def identified(
    identify: Callable[[HTTPConnection, None], Awaitable[Any]], connection: HTTPConnection
) -> Any:
    """The caller of a request, by its headers. Raises Refusal if it is rejected."""
    try:
        return await identify(connection, None)
    except Exception as error:
        refusal = of_identity(error)
        if refusal is None:
            raise
        raise refusal from error


def too_many(reason: str) -> Refusal:
    headers = {"Retry-After": _RETRY_SECONDS}
    return Refusal(_BUSY, reason, code="QUOTA_EXCEEDED", headers=headers)


def interrupted() -> Refusal:
    """A request that was not complete when the server stopped."""
    return Refusal(
        _BUSY,
        "The server stopped before the request was complete. A change may still take effect.",
        code="SERVER_STOPPING",
        headers={"Retry-After": _RETRY_SECONDS},
    )


def throttled(reason: str, seconds: int) -> Refusal:
    """The rejection of a caller that has to wait for ``seconds``."""
    headers = {"Retry-After": str(seconds)}
    return Refusal(_STATUS["THROTTLED"], reason, code="THROTTLED", headers=headers)


def close_code(refusal: Refusal) -> int:
    """The close code of graphql-transport-ws. Of these, clients retry after 4403 and 4503."""
    return _CLOSE.get(refusal.code, _CLOSE_BUSY)


def close_reason(text: str) -> str:
    """The text, cut to what fits into a close frame."""
    return text.encode("utf-8", "replace")[:_REASON_BYTES].decode("utf-8", "ignore")
