"""The GraphQL API: its schema, and the application that serves it."""

from __future__ import annotations

import time

from graph import schema
from graph.app.state import ApplicationState
from graph.auth import Peer
from graph.config.settings import Settings, SettingsError
from graph.model.errors import ApiError
from graph.server.access_log import note_operation
from graph.transport import (
    GraphQLApp,
    PersistedDocuments,
    QueryLimits,
    Resumption,
    Schema,
    State,
    TransportLimits,
    UnusableDocument,
    make_schema,
)


def graphql_app(settings: Settings, state: ApplicationState, served: Schema) -> GraphQLApp:
    """Serves the schema to the callers that ``state`` identifies."""
    return GraphQLApp(
        served,
        identify=state.identify,
        make_context=state.context,
        rights_of=lambda caller: caller.rights,
        make_shared_context=state.read_context,
        charge=state.charge,
        observe=note_operation,
        # Streams and sockets are counted for a key and for each of its users.
        names_of=lambda caller: frozenset({caller.identity.key, caller.identity}),
        share_of=lambda caller: (caller.identity.key, caller.identity.on_behalf_of),
        expires_in=lambda caller: caller.expires_in(time.time()),
        address_of=lambda scope: Peer(*(scope.get("client") or ())).network,
        origins=settings.cors_origins,
        limits=TransportLimits(body_bytes=settings.body_bytes),
        bodies=state.bodies,
    )


def configured_schema(settings: Settings) -> Schema:
    """The GraphQL schema with the limits and persisted documents of the settings.

    Raises SettingsError for a document of the manifest that could not be executed.
    """
    limits = QueryLimits(calls=settings.limits.calls_per_request)
    persisted = PersistedDocuments(
        settings.manifest, automatic=settings.automatic_persisted_queries
    )
    try:
        return graphql_schema(limits, persisted, compiled=settings.compile_documents)
    except UnusableDocument as error:
        raise SettingsError(f"DATASYNC_API_PERSISTED_DOCUMENTS is wrong: {error}") from None


def graphql_schema(
    limits: QueryLimits | None = None,
    persisted: PersistedDocuments | None = None,
    *,
    compiled: bool = True,
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
        compiled=compiled,
        code_of=lambda error: error.code if isinstance(error, ApiError) else None,
        states={
            "activity": State(Resumption("after", _cursor_of, _is_reset), _subject_of),
            "runProgress": State(Resumption("after", _sequence_of)),
            "runsProgress": State(subject_of=_run_of),
            "operationProgress": State(),
        },
    )


def _cursor_of(event: schema.Resumable) -> str:
    return event.value.cursor


def _is_reset(event: schema.Resumable) -> bool:
    return event.value.subject is None


def _subject_of(event: schema.Resumable) -> tuple[str, str] | None:
    return event.value.subject


def _run_of(update: schema.RunUpdate) -> str:
    return update.value.run.run_arn


def _sequence_of(update: schema.RunUpdate) -> int:
    return update.value.progress.sequence
