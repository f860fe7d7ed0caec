"""Settings of the log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from graph.observability.logs import LogFormat


class LogSettings(BaseSettings):
    """A part of ``Settings``."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="The least severe messages to log: debug, info, warning or error. Of "
        "libraries, warnings and errors are logged.",
    )
    log_format: LogFormat = Field(
        "text",
        description="The format of the log's lines: `text` for `name=value` pairs, or `json` for "
        "an object per line.",
    )
