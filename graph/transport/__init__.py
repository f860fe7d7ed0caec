"""GraphQL over HTTP, WebSocket and SSE, as a library that knows no schema of ours."""

from graph.transport.app import GraphQLApp
from graph.transport.limits import Limits
from graph.transport.report import Failures, Report
from graph.transport.schema import Schema, make_schema

__all__ = ["Failures", "GraphQLApp", "Limits", "Report", "Schema", "make_schema"]
