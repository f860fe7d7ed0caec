"""GraphQL over HTTP, WebSocket and SSE, as a library that does not depend on a schema."""

from graph.transport.app import GraphQLApp
from graph.transport.endpoint import ABORT
from graph.transport.execution.limits import QueryLimits
from graph.transport.execution.persisted import PersistedDocuments
from graph.transport.execution.request import Resumption, State
from graph.transport.execution.schema import Schema, UnusableDocument, make_schema
from graph.transport.limits import TransportLimits
from graph.transport.outbox import WIRE
from graph.transport.refusals import Refusal
from graph.transport.report import Failures, Report
from graph.transport.sdl import SchemaDocument
from graph.transport.streaming import Format

__all__ = [
    "ABORT",
    "WIRE",
    "Failures",
    "Format",
    "GraphQLApp",
    "PersistedDocuments",
    "QueryLimits",
    "Refusal",
    "Report",
    "Resumption",
    "Schema",
    "SchemaDocument",
    "State",
    "TransportLimits",
    "UnusableDocument",
    "make_schema",
]
