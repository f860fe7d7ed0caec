"""The ASGI application: GraphQL over HTTP, graphql-transport-ws, SSE, and multipart."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable
from typing import Any

from starlette.types import Receive, Scope, Send

from graph.concurrency import ReceivedBytes
from graph.transport import http, websocket
from graph.transport.endpoint import Endpoint, Identify, address_of
from graph.transport.execution.billing import Charge
from graph.transport.execution.request import RequestError
from graph.transport.execution.results import MakeContext, NamesOf, Results, ShareOf
from graph.transport.execution.schema import Schema
from graph.transport.limits import TransportLimits
from graph.transport.origin import read_origins
from graph.transport.refusals import too_many
from graph.transport.report import Observer, ignore
from graph.transport.streaming import Format, PlainStream


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
        expires_in: Callable[[Any], float | None] = lambda _: None,
        origins: tuple[str, ...] = (),
        limits: TransportLimits = TransportLimits(),  # noqa: B008 - it is frozen
        bodies: ReceivedBytes | None = None,
    ) -> None:
        """``observe`` is called when an operation has ended. For the others see ``Results``.

        The limits of a caller apply to each of the ``names_of`` its identity. Until its caller is
        known, a socket is counted by ``address_of``. Its connections end after ``expires_in``
        seconds. Pages of ``origins`` may open a WebSocket. Other APIs may share ``bodies``.
        Raises ValueError for an invalid origin.
        """
        results = Results(
            schema,
            make_context,
            charge,
            rights_of=rights_of,
            make_shared_context=make_shared_context,
            names_of=names_of,
            share_of=share_of,
            executions_per_caller=limits.executions_per_caller,
        )
        allowed = read_origins(origins)
        bodies = bodies or ReceivedBytes.of_bodies(limits.body_bytes)
        self.endpoint = Endpoint(
            results, identify, observe, names_of, address_of, limits, expires_in, allowed, bodies
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await http.answer(self.endpoint, scope, receive, send)
        elif scope["type"] == "websocket":
            await websocket.serve(self.endpoint, scope, receive, send)
        else:
            raise ValueError(f"a scope of type {scope['type']} is not supported")

    def stream(
        self, form: Format, identity: Any, events: AsyncGenerator[bytes, None]
    ) -> PlainStream:
        """A response of another API, which counts and ends like the streams of this one.

        To be sent at once. Raises Refusal if the server is stopping or there are too many streams.
        """
        endpoint, names = self.endpoint, self.endpoint.names_of(identity)
        endpoint.check_open()
        endpoint.streams.check()
        endpoint.streams.check_caller(names)
        try:
            endpoint.results.executions.check(names)
        except RequestError as error:
            raise too_many(str(error)) from None
        return PlainStream(endpoint, form, identity, events)

    def stop(self) -> None:
        """Ends all streams and sockets at once, so that their clients connect to another server."""
        self.endpoint.stop()

    def withdraw(self, lost: Callable[[Any], bool]) -> None:
        """Ends the streams and sockets of the identities for which ``lost`` is true."""
        self.endpoint.withdraw(lost)

    async def aclose(self, seconds: float) -> None:
        """Waits ``seconds`` for the mutations in progress, then cancels the rest."""
        await self.endpoint.results.aclose(seconds)
