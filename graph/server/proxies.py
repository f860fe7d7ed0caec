"""Finds the address of the client behind reverse proxies, which X-Forwarded-For names."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from graph.model.networks import Network, is_in, read_address, read_node

_HEADER: Final = b"x-forwarded-for"
_MOST: Final = 32
"""Proxies in a row. Entries further to the left are whatever the client sent."""


class ProxiedClients:
    """ASGI middleware that sets the client of each connection that a trusted proxy opened.

    Around everything that uses the client's address: the log, the audit trail and limits.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if self._trusted and client:
            host, port = client
            scope["client"] = self._client(host, port, scope["headers"])
        await self._app(scope, receive, send)

    def _client(self, host: str, port: int, headers: list[tuple[bytes, bytes]]) -> tuple[str, int]:
        """The last address that is not a trusted proxy's, or else the first.

        Each proxy appends the peer that it saw. What is left of an entry that no trusted proxy has
        written, or of one that is not an address, can be forged. The port is that of the
        connection to this server unless the proxy says another.
        """
        address = read_address(host)
        if address is None or not is_in(address, self._trusted):
            return host, port
        chain = b",".join(value for name, value in headers if name == _HEADER)
        entries = chain.decode("latin-1").rsplit(",", _MOST)[-_MOST:]
        for entry in reversed(entries):
            node = read_node(entry)
            if node is None:
                break
            address, given = node
            host, port = str(address), port if given is None else given
            if not is_in(address, self._trusted):
                break
        return host, port
