"""The application: routes, middleware, and the lifespan that opens and closes everything."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from graph.app.configured_rights import RightsByName
from graph.app.graphql import configured_schema, graphql_app
from graph.app.services import open_services
from graph.app.state import ApplicationState
from graph.app.streams import rest_streams
from graph.auth import Authenticator
from graph.aws.client.own_credentials import OwnCredentials
from graph.concurrency import Waits
from graph.config.settings import KeySettings, Settings, SettingsError
from graph.config.sources import key_files, load, load_keys
from graph.context import Services
from graph.ide import IdeFiles, IdePage, read_bundle
from graph.model.clock import SystemClock
from graph.observability import logs
from graph.observability.metrics import BUILD_INFO
from graph.observability.shared_metrics import exposition
from graph.observability.version import Version, read_version
from graph.server.access_log import AccessLog
from graph.server.cors import Cors
from graph.server.file_watch import on_change
from graph.server.garbage_collection import tune_garbage_collection
from graph.server.headers import SecurityHeaders
from graph.server.health import Check, Health
from graph.server.proxies import ProxiedClients
from graph.server.request_spans import RequestSpans
from graph.server.signals import on_hangup, on_stop
from graph.server.threads import tune_threads
from graph.store import trouble_of
from graph.transport import GraphQLApp, SchemaDocument
from rest_compat import routes as rest

log = logging.getLogger(__name__)

_GRAPHQL: Final = "/graphql"
_SCHEMA: Final = "/graphql/schema.graphql"
_IDE_FILE: Final = "/graphql/ide/{name}"
_OF_GRAPHQL: Final = frozenset({_GRAPHQL, _SCHEMA})


def create_app(settings: Settings, *, owns_process: bool = False) -> Starlette:
    """The application, which its lifespan opens. ``owns_process``: it handles signals, too."""
    version = read_version()
    BUILD_INFO.labels(version.version, version.githash, platform.python_version()).set(1)
    state = ApplicationState(version.version, settings.limits)
    health = Health(state.may_see_reasons)
    schema = configured_schema(settings)
    graphql = graphql_app(settings, state, schema)
    rest_api = _rest(settings, state, graphql, version)
    app = Starlette(
        lifespan=partial(
            _lifespan,
            settings=settings,
            state=state,
            graphql=graphql,
            health=health,
            owns_process=owns_process,
        ),
        middleware=_middleware(settings),
        routes=[
            Route(f"{rest.ROOT}/{{path:path}}", rest_api, methods=None),  # found first
            *_ide(settings, graphql),
            Route(_GRAPHQL, graphql, methods=None),
            WebSocketRoute(_GRAPHQL, graphql),
            Route(_SCHEMA, SchemaDocument(schema, state.identify), methods=None),
            *health.routes,
        ],
    )
    # Every other path, whether a route matches it or not, belongs to the REST API.
    app.router.redirect_slashes = False
    app.router.default = rest_api
    return app


def _rest(
    settings: Settings, state: ApplicationState, graphql: GraphQLApp, version: Version
) -> ASGIApp:
    return rest.rest_app(
        state.identify,
        state.context,
        state.charge,
        open_stream=rest_streams(graphql),
        body_limit=settings.body_bytes,
        bodies=state.bodies,
        seconds=settings.rest_seconds,
        stopping=lambda: state.stopping,
        version=version,
        metrics=_metrics,
    )


def _ide(settings: Settings, graphql: GraphQLApp) -> list[Route]:
    """Where the IDE is on, the path of the API shows it to browsers."""
    if not settings.ide:
        return []
    bundle = read_bundle()
    page = Route(_GRAPHQL, IdePage(graphql, bundle), methods=None)
    return [page] if bundle is None else [page, Route(_IDE_FILE, IdeFiles(bundle), methods=None)]


def _middleware(settings: Settings) -> list[Middleware]:
    """From the outside in."""
    return [
        Middleware(ProxiedClients, trusted=settings.trusted_proxies),
        Middleware(AccessLog),
        *([Middleware(RequestSpans)] if settings.tracing else []),
        Middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds),
        Middleware(Cors, origins=settings.cors_origins, own=_OF_GRAPHQL),
    ]


def from_environment() -> Starlette:
    """The application factory of uvicorn's workers, each of which reads the settings itself."""
    settings = load()
    logs.set_up(settings.log_level, settings.log_format)
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
    rights = RightsByName.of(settings)
    async with AsyncExitStack() as stack:
        if settings.tracing:
            from graph.observability.otel import open_tracing  # noqa: PLC0415 - an extra

            await stack.enter_async_context(open_tracing(state.version))
        auth = Authenticator(
            settings.all_keys, max_cost=settings.token_max_cost, issuers=settings.all_issuers
        )
        stack.push_async_callback(auth.aclose)
        state.services = await open_services(stack, settings, rights, state.version)
        state.auth = auth
        checks = await stack.enter_async_context(_checks(state.services))
        health.start(checks | _check_of_issuers(auth, settings))
        stack.push_async_callback(graphql.aclose, settings.drain_seconds)
        if owns_process:
            stop, announce = partial(_stop, state, graphql), partial(_announce_stop, health)
            stack.enter_context(on_stop(stop, announce=announce, wait=settings.prestop_seconds))
            tune_garbage_collection()
            tune_threads()
            reload = partial(_reload_keys, auth, rights, graphql, state.services.waits)
            reload_now = await stack.enter_async_context(on_hangup(reload))
            await stack.enter_async_context(on_change(key_files, reload_now))
            log.info(logs.Fields(event="ready", pid=os.getpid()))
        yield
        health.stop()
        state.services = state.auth = None


def _check_of_issuers(auth: Authenticator, settings: KeySettings) -> dict[str, Check]:
    """Without keys of its own, a server lets nobody in before it has those of its issuers."""

    async def trouble() -> str | None:
        return "; ".join(f"{name}: {why}" for name, why in auth.issuer_troubles.items()) or None

    return {"issuers": trouble} if settings.issuers and not settings.all_keys else {}


def _announce_stop(health: Health) -> None:
    log.info(logs.Fields(event="stopping", pid=os.getpid()))
    health.stop()


def _stop(state: ApplicationState, graphql: GraphQLApp) -> None:
    state.stopping = True
    graphql.stop()
    if state.services is not None:
        state.services.waits.end()


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


async def _reload_keys(
    auth: Authenticator, rights: RightsByName, graphql: GraphQLApp, waits: Waits
) -> None:
    """Replaces keys and issuers by those configured now; keeps the old ones if those are invalid.

    Ends the streams, sockets and waits whose keys or rules were removed or changed.
    """
    try:
        settings = await asyncio.to_thread(load_keys)
    except SettingsError as error:
        log.error("the keys were not replaced: %s", error)  # noqa: TRY400 - a mistake of the operator
        return
    lost = await auth.replace(
        settings.all_keys, max_cost=settings.token_max_cost, issuers=settings.all_issuers
    )
    graphql.withdraw(lambda caller: caller.identity.granted_by in lost)
    waits.withdraw(lost)
    rights.replace(settings)
    log.info(
        "read %d keys and %d issuers; removed or changed: %s",
        len(rights.of_keys),
        len(settings.issuers),
        ", ".join(sorted(lost)) or "none",
    )


async def _metrics(_request: Request) -> Response:
    return Response(await exposition(), media_type=CONTENT_TYPE_LATEST)
