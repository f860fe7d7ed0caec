"""Settings of what a server needs behind it."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class BackendSettings(BaseSettings):
    """A part of ``Settings``."""

    tracing: bool = Field(
        False,  # noqa: FBT003 - the default
        description="Whether traces are sent by OpenTelemetry (OTLP over HTTP). Needs the extra "
        "`otel`; the variables `OTEL_*` of its SDK say where to, and how many are sampled.",
    )
