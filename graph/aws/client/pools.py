"""The HTTP connections that all clients share."""

from __future__ import annotations

from typing import Any, Final, Self

from aiobotocore.httpsession import AIOHTTPSession

_CONNECTIONS: Final = 100
_KEEP_ALIVE: Final = 60.0
"""Seconds. With the default of 12, polls at longer intervals would reconnect each time."""


class Pools:
    """The HTTP sessions: one, or two where the environment names a proxy and exceptions to it."""

    def __init__(self, timeouts: tuple[float, float]) -> None:
        self._timeouts = timeouts
        self._open: dict[tuple[object, ...], AIOHTTPSession] = {}

    def get(self, proxies: dict[str, str] | None, verify: Any) -> AIOHTTPSession:
        key = (*sorted((proxies or {}).items()), verify)
        if key not in self._open:
            self._open[key] = AIOHTTPSession(
                verify=verify,
                proxies=proxies,
                timeout=self._timeouts,  # type: ignore[arg-type]  # a pair is taken, typed as a number
                max_pool_connections=_CONNECTIONS,
                connector_args={"keepalive_timeout": _KEEP_ALIVE},
            )
        return self._open[key]

    async def aclose(self) -> None:
        while self._open:
            await self._open.popitem()[1].__aexit__(None, None, None)


def borrowed(pools: Pools) -> type:
    """An ``http_session_cls`` that sends through a session of the pools and leaves it open."""

    class Borrowed:
        def __init__(self, verify: Any = True, proxies: Any = None, **_: Any) -> None:  # noqa: FBT002
            """Botocore's other arguments are the same for all, and given to the pool."""
            self._http = pools.get(proxies, verify)

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *exc: object) -> None:
            """Does nothing: the pool closes the session."""

        async def close(self) -> None:
            """Does nothing: the pool closes the session."""

        async def send(self, request: Any) -> Any:
            return await self._http.send(request)

    return Borrowed
