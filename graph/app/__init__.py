"""The composition root: settings in, application out. One lifespan opens and closes everything."""

from graph.app.application import create_app, from_environment
from graph.app.graphql import configured_schema, graphql_schema
from graph.app.services import gateway_of
from graph.app.state import ApplicationState

__all__ = [
    "ApplicationState",
    "configured_schema",
    "create_app",
    "from_environment",
    "gateway_of",
    "graphql_schema",
]
