"""The Accept header: what the client would rather have."""

from __future__ import annotations

from typing import Final

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
SSE: Final = "sse"
MULTIPART: Final = "multipart-subscription"
"""The streams, by Strawberry's names."""


def negotiate(header: str | None) -> str | None:
    """The media type of the answer: JSON where nothing is said; None where nothing fits."""
    if not header:
        return JSON
    for accepted in _ordered(header):
        media = accepted.partition(";")[0]
        if media == GRAPHQL:
            return GRAPHQL
        if media in (JSON, "*/*", "application/*"):
            return JSON
    return None


def stream_of(header: str | None) -> str | None:
    """The stream that comes first, if one does: some clients list one last in every request."""
    first = next(iter(_ordered(header or "")), "")
    media, *parameters = first.split(";")
    if media == "text/event-stream":
        return SSE
    spec = any(parameter.startswith("subscriptionspec=1.0") for parameter in parameters)
    return MULTIPART if media == "multipart/mixed" and spec else None


def acceptable(header: str | None) -> bool:
    """Whether there is an answer that the client takes."""
    return negotiate(header) is not None or stream_of(header) is not None


def _ordered(header: str) -> list[str]:
    """The media types with their parameters, from the dearest on, without those of weight 0."""
    weighted = []
    for index, part in enumerate(header.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if media and weight > 0:
            plain = (p.replace('"', "") for p in parameters if not p.startswith("q="))
            weighted.append((-weight, index, ";".join((media, *plain))))
    return [media for _, _, media in sorted(weighted)]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
