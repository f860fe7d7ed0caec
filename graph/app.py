"""The composition root: settings in, application out. One lifespan opens and closes everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from graph import schema
from graph.auth import Authenticator, Peer, Rejected, credentials
from graph.aws.client.own_credentials import OwnCredentials
from graph.concurrency import Bill, Budget
from graph.config.settings import KeySettings, Settings, SettingsError
from graph.config.sources import key_files, load, load_keys
from graph.context import Context, ReadContext, Services, open_context, open_read_context
from graph.model.caller import Caller, Rights
from graph.model.clock import SystemClock
from graph.model.errors import ApiError
from graph.model.limits import ServerLimits
from graph.observability import logs
from graph.observability.shared_metrics import exposition
from graph.observability.version import read_version
from graph.opening import open_services
from graph.server.access_log import AccessLog, note_caller, note_operation, note_rejection
from graph.server.cors import Cors
from graph.server.file_watch import on_change
from graph.server.garbage_collection import tune_garbage_collection
from graph.server.headers import SecurityHeaders
from graph.server.health import Check, Health
from graph.server.signals import on_hangup, on_stop
from graph.store import trouble_of
from graph.transport import (
    GraphQLApp,
    PersistedDocuments,
    QueryLimits,
    Schema,
    UnusableDocument,
    make_schema,
)
from rest_compat import routes as rest

log = logging.getLogger(__name__)


@dataclass
class ApplicationState:
    """What the lifespan opens: None before and after it."""

    version: str
    limits: ServerLimits = field(default_factory=ServerLimits)
    services: Services | None = None
    auth: Authenticator | None = None
    stopping: bool = False

    def __post_init__(self) -> None:
        self._budget = Budget(self.limits.call_budget, self.limits.calls_per_second)

    async def identify(
        self, connection: HTTPConnection, payload: Mapping[str, Any] | None
    ) -> Caller:
        """Identifies the caller by headers, or by the payload of a socket's connection_init."""
        if self.auth is None:
            raise RuntimeError("the application is not open")
        peer = Peer(*connection.client) if connection.client else Peer()
        try:
            given = credentials(connection.headers, payload)
            caller = await self.auth.authenticate(given, peer)
        except Rejected as error:
            note_rejection(connection.scope, error.reason)
            raise
        note_caller(connection.scope, caller.identity)
        return caller

    def charge(self, caller: Caller, calls: int) -> Bill:
        """Charges calls to AWS to a caller. Raises OverBudget."""
        return self._budget.charge(caller.identity.key, caller.identity.on_behalf_of, calls)

    async def may_see_reasons(self, request: Request) -> bool:
        """Whether the request is an operator's: one with a key that may read the audit trail."""
        try:
            return (await self.identify(request, None)).rights.may_audit
        except ApiError:
            return False

    def context(self, caller: Caller, request_id: str) -> Context:
        if self.services is None:
            raise RuntimeError("the application is not open")
        return open_context(self.services, caller, request_id)

    def read_context(self, rights: Rights, request_id: str) -> ReadContext:
        if self.services is None:
            raise RuntimeError("the application is not open")
        return open_read_context(self.services, rights, request_id)


def create_app(settings: Settings, *, owns_process: bool = False) -> Starlette:
    """The application, which its lifespan opens. ``owns_process``: it handles signals, too."""
    version = read_version()
    state = ApplicationState(version.version, settings.limits)
    health = Health(state.may_see_reasons)
    graphql = GraphQLApp(
        configured_schema(settings),
        identify=state.identify,
        make_context=state.context,
        rights_of=lambda caller: caller.rights,
        make_shared_context=state.read_context,
        charge=state.charge,
        observe=note_operation,
        # Streams and sockets are counted for a key and for each of its users.
        names_of=lambda caller: frozenset({caller.identity.key, caller.identity}),
        share_of=lambda caller: (caller.identity.key, caller.identity.on_behalf_of),
        address_of=lambda scope: Peer(*(scope.get("client") or ())).network,
        body_limit=settings.body_bytes,
        origins=settings.cors_origins,
    )
    app = Starlette(
        lifespan=partial(
            _lifespan,
            settings=settings,
            state=state,
            graphql=graphql,
            health=health,
            owns_process=owns_process,
        ),
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds),
            Middleware(Cors, origins=settings.cors_origins, own=frozenset({"/graphql"})),
        ],
        routes=[
            Route("/graphql", graphql, methods=None),
            WebSocketRoute("/graphql", graphql),
            *health.routes,
        ],
    )
    # Every other path, whether a route matches it or not, belongs to the REST API.
    app.router.redirect_slashes = False
    app.router.default = rest.rest_app(
        state.identify,
        state.context,
        state.charge,
        body_limit=settings.body_bytes,
        seconds=settings.rest_seconds,
        stopping=lambda: state.stopping,
        version=version,
        metrics=_metrics,
    )
    return app


def configured_schema(settings: Settings) -> Schema:
    """The GraphQL schema with the limits and persisted documents of the settings.

    Raises SettingsError for a document of the manifest that could not be executed.
    """
    limits = QueryLimits(calls=settings.limits.calls_per_request)
    persisted = PersistedDocuments(
        settings.manifest, automatic=settings.automatic_persisted_queries
    )
    try:
        return graphql_schema(limits, persisted)
    except UnusableDocument as error:
        raise SettingsError(f"DATASYNC_API_PERSISTED_DOCUMENTS is wrong: {error}") from None


def graphql_schema(
    limits: QueryLimits | None = None, persisted: PersistedDocuments | None = None
) -> Schema:
    """The GraphQL schema of the server. Raises UnusableDocument."""
    return make_schema(
        query=schema.Query,
        mutation=schema.Mutation,
        subscription=schema.Subscription,
        types=schema.BEHIND_INTERFACES,
        scalars=schema.SCALARS,
        limits=limits,
        persisted=persisted,
        prices=schema.PRICES,
        code_of=lambda error: error.code if isinstance(error, ApiError) else None,
        states=frozenset({"runProgress", "operationProgress"}),
    )


def from_environment() -> Starlette:
    """The application factory of uvicorn's workers, each of which reads the settings itself."""
    settings = load()
    logs.set_up(settings.log_level)
    return create_app(settings, owns_process=True)


@asynccontextmanager
async def _lifespan(
    _app: Starlette,
    *,
    settings: Settings,
    state: ApplicationState,
    graphql: GraphQLApp,
    health: Health,
    owns_process: bool,
) -> AsyncIterator[None]:
    rights = _rights(settings)
    async with AsyncExitStack() as stack:
        auth = Authenticator(settings.all_keys, max_cost=settings.token_max_cost)
        stack.push_async_callback(auth.aclose)
        state.services = await open_services(stack, settings, rights, state.version)
        state.auth = auth
        health.start(await stack.enter_async_context(_checks(state.services)))
        stack.push_async_callback(graphql.aclose, settings.drain_seconds)
        if owns_process:
            stop = partial(_stop, state, graphql)
            stack.enter_context(on_stop(stop, announce=health.stop, wait=settings.prestop_seconds))
            tune_garbage_collection()
            reload = partial(_reload_keys, auth, rights, graphql)
            reload_now = await stack.enter_async_context(on_hangup(reload))
            await stack.enter_async_context(on_change(key_files, reload_now))
        yield
        health.stop()
        state.services = state.auth = None


def _stop(state: ApplicationState, graphql: GraphQLApp) -> None:
    state.stopping = True
    graphql.stop()


@asynccontextmanager
async def _checks(services: Services) -> AsyncIterator[dict[str, Check]]:
    """What has to work for a server to be ready: not AWS itself, nor any single account."""
    async with OwnCredentials(services.gateway.clients.identity, SystemClock()) as own:

        async def credentials_trouble() -> str | None:
            return own.trouble

        yield {
            "store": partial(trouble_of, services.store.database),
            "engine": services.operations.trouble,
            "credentials": credentials_trouble,
        }


async def _reload_keys(auth: Authenticator, rights: dict[str, Rights], graphql: GraphQLApp) -> None:
    """Replaces the keys by those configured now, or keeps the old ones if those are invalid.

    Ends the streams and sockets of keys that were removed or changed.
    """
    try:
        settings = await asyncio.to_thread(load_keys)
    except SettingsError as error:
        log.error("the keys were not replaced: %s", error)  # noqa: TRY400 - a mistake of the operator
        return
    lost = auth.replace(settings.all_keys, max_cost=settings.token_max_cost)
    graphql.withdraw(lambda caller: caller.identity.key in lost)
    rights.clear()
    rights.update(_rights(settings))
    log.info("read %d keys; removed or changed: %s", len(rights), ", ".join(sorted(lost)) or "none")


def _rights(settings: KeySettings) -> dict[str, Rights]:
    """By the names of the keys."""
    return {key.name: key.rights for key in settings.all_keys}


async def _metrics(_request: Request) -> Response:
    return Response(await exposition(), media_type=CONTENT_TYPE_LATEST)
