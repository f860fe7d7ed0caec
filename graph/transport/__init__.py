"""GraphQL over HTTP, WebSocket and SSE. A library: schema, limits and context are arguments."""

from graph.transport.app import GraphQLApp
from graph.transport.limits import Limits
from graph.transport.schema import make_schema

__all__ = ["GraphQLApp", "Limits", "make_schema"]
