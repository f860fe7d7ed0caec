"""The Accept header: what the client would rather have."""

from __future__ import annotations

from typing import Final

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
_STREAM: Final = "text/event-stream"


def negotiate(header: str | None) -> str | None:
    """The media type of the answer: JSON where nothing is said; None where nothing fits."""
    if not header:
        return JSON
    for media in _ordered(header):
        if media == GRAPHQL:
            return GRAPHQL
        if media in (JSON, "*/*", "application/*"):
            return JSON
    return None


def prefers_stream(header: str | None) -> bool:
    """Whether an event stream comes first: some clients list it last in every request."""
    return bool(header) and next(iter(_ordered(header or "")), "") == _STREAM


def acceptable(header: str | None) -> bool:
    """Whether there is an answer that the client takes."""
    return negotiate(header) is not None or prefers_stream(header)


def _ordered(header: str) -> list[str]:
    """The media types from the dearest on, without those of weight 0."""
    weighted = []
    for index, part in enumerate(header.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if media and weight > 0:
            weighted.append((-weight, index, media))
    return [media for _, _, media in sorted(weighted)]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
