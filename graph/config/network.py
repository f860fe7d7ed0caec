"""Settings of connections: who may open them, and what a peer's headers are believed."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from graph.model.networks import Network, read_network


class NetworkSettings(BaseSettings):
    """A part of ``Settings``."""

    connections: int = Field(
        10_000,
        ge=10,
        description="The number of concurrent connections. One address alone may hold half of "
        "them, proxies of `TRUSTED_PROXIES` all. Further ones are rejected with 503.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="The addresses and networks of reverse proxies, separated by commas, such as "
        "`10.0.0.7, 10.1.0.0/16, fd00::/64`. The address of a client is then the last one in their "
        "`X-Forwarded-For` that is not a proxy's: in the log, in the audit trail, and where "
        "addresses are limited. From other peers the header is ignored.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="The origins whose web pages may call the server, separated by commas; `*` "
        "means any. If empty, REST preflight requests are answered like the original server does, "
        "and GraphQL accepts only pages of its own origin.",
    )
    hsts_seconds: int = Field(
        0,
        ge=0,
        description="For how long browsers that reached the server by HTTPS use nothing else, in "
        "seconds (`Strict-Transport-Security`); 0 sends no such header.",
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, given: object) -> object:
        return split(given)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, given: object) -> object:
        parts = split(given)
        return tuple(map(read_network, parts)) if isinstance(parts, tuple | list) else parts

    @field_validator("cors_origins")
    @classmethod
    def _scheme_and_host(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s]+", origin):
                raise ValueError(f"'{origin}' is not an origin such as https://example.org")
        return origins


def split(given: object) -> object:
    """The parts of a text between its commas; anything else as it is."""
    if not isinstance(given, str):
        return given
    return tuple(part.strip() for part in given.split(",") if part.strip())
