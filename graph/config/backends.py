"""Settings of what a server needs behind it."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class BackendSettings(BaseSettings):
    """A part of ``Settings``."""

    store_connections: int = Field(
        9,
        ge=3,
        le=100,
        description="The number of connections that the store of a process opens to PostgreSQL at "
        "most. Half of the others but one carry out transactions at the same time. A process has "
        "these, those of `ENGINE_CONNECTIONS`, and one that listens.",
    )
    engine_connections: int = Field(
        16,
        ge=3,
        le=100,
        description="The number of connections that the engine of durable operations opens to "
        "PostgreSQL at most, in each process.",
    )
    tracing: bool = Field(
        False,  # noqa: FBT003 - the default
        description="Whether traces are sent by OpenTelemetry (OTLP over HTTP). Needs the extra "
        "`otel`; the variables `OTEL_*` of its SDK say where to, and how many are sampled.",
    )
