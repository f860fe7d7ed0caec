"""The ASGI application: GraphQL over HTTP, graphql-transport-ws, SSE, and multipart."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from starlette.types import Receive, Scope, Send

from graph.transport import http, websocket
from graph.transport.endpoint import Endpoint, Identify, Slots, address_of
from graph.transport.execution.billing import Charge
from graph.transport.execution.results import MakeContext, NamesOf, Results, ShareOf
from graph.transport.execution.schema import Schema
from graph.transport.origin import read_origins
from graph.transport.report import Observer, ignore


class GraphQLApp:
    """Answers by GraphQL over HTTP, September 2026."""

    def __init__(
        self,
        schema: Schema,
        *,
        identify: Identify,
        make_context: MakeContext,
        charge: Charge | None = None,
        observe: Observer = ignore,
        rights_of: Callable[[Any], Hashable] = lambda identity: identity,
        make_shared_context: MakeContext | None = None,
        names_of: NamesOf = lambda identity: frozenset({identity}),
        share_of: ShareOf = lambda identity: (identity,),
        address_of: Callable[[Scope], Hashable] = address_of,
        body_limit: int = 1 << 20,
        body_seconds: float = 30,
        origins: tuple[str, ...] = (),
        operations_per_socket: int = 100,
        sockets: int = 10_000,
        sockets_per_caller: int = 1_000,
        new_sockets_per_address: int = 500,
        streams: int = 5_000,
        streams_per_caller: int = 1_000,
        executions_per_caller: int = 500,
        keep_alive_seconds: float = 15,
        stuck_seconds: float = 30,
        init_seconds: float = 10,
    ) -> None:
        """``observe`` is called when an operation has ended; of others, see ``Results``.

        Each of the ``names_of`` an identity may have so many sockets, streams, and executions of
        different subscriptions. Until its caller is known, a socket is counted by ``address_of``;
        half of all sockets may be in that state. Pages of ``origins`` may open a WebSocket. Raises
        ValueError for an invalid origin.
        """
        self.endpoint = Endpoint(
            results=Results(
                schema,
                make_context,
                charge,
                rights_of=rights_of,
                make_shared_context=make_shared_context,
                names_of=names_of,
                share_of=share_of,
                executions_per_caller=executions_per_caller,
            ),
            identify=identify,
            observe=observe,
            names_of=names_of,
            address_of=address_of,
            body_limit=body_limit,
            body_seconds=body_seconds,
            origins=read_origins(origins),
            sockets=Slots("connections", sockets, sockets_per_caller),
            new_sockets=Slots("new connections", max(1, sockets // 2), new_sockets_per_address),
            streams=Slots("event streams", streams, streams_per_caller),
            operations_per_socket=operations_per_socket,
            keep_alive_seconds=keep_alive_seconds,
            stuck_seconds=stuck_seconds,
            init_seconds=init_seconds,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await http.answer(self.endpoint, scope, receive, send)
        elif scope["type"] == "websocket":
            await websocket.serve(self.endpoint, scope, receive, send)
        else:
            raise ValueError(f"a scope of type {scope['type']} is not supported")

    def stop(self) -> None:
        """Ends all streams and sockets at once, so that their clients connect to another server."""
        self.endpoint.stop()

    def withdraw(self, lost: Callable[[Any], bool]) -> None:
        """Ends the streams and sockets of the identities for which ``lost`` is true."""
        self.endpoint.withdraw(lost)

    async def aclose(self, seconds: float) -> None:
        """Waits so long for the mutations in progress, then cancels the rest."""
        await self.endpoint.results.aclose(seconds)
