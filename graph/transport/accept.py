"""The Accept header (RFC 9110, 12.5.1): the format in which a client wants its response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
SSE: Final = "sse"
MULTIPART: Final = "multipart"
_SUBSCRIPTIONS: Final = "subscriptionspec=1.0"
"""The parameter with which clients request Apollo's multipart protocol."""
_PATTERNS: Final = {media: (media, "application/*", "*/*") for media in (JSON, GRAPHQL)}
"""The ranges that match a type of a single answer, the most specific first."""
_STREAMS: Final = (("text/event-stream",), ("multipart/mixed",))
"""The same for types of streams, which clients request by name."""
_RANGES: Final = 32
"""Media ranges that are considered; browsers send up to ten."""
_PARAMETERS: Final = 8
"""Of one media range."""
_WEIGHT_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client accepts."""

    media: str | None
    """Of a single answer: ``GRAPHQL``, ``JSON``, or None if it accepts neither."""
    stream: str | None
    """``SSE`` or ``MULTIPART`` if it prefers one of them to everything else: some clients
    name a stream in every request, as the last resort."""
    last_resort: str | None = None
    """The one of them that it likes best, preferred or not: a subscription has no other answer."""

    @property
    def anything(self) -> bool:
        return self.media is not None or self.stream is not None


class _Range(NamedTuple):
    media: str
    parameters: tuple[str, ...]
    weight: float


def read_accept(header: str | None) -> Accepted:
    """What a header accepts; JSON if there is none. Takes bounded time, however long it is."""
    if not header:
        return Accepted(JSON, None)
    ranges = _read(header)
    streams = [each for each in ranges if _stream(each) is not None]
    return Accepted(
        _media(ranges),
        _stream(max(ranges, key=_by_weight)),  # of equal ones the first
        _stream(max(streams, key=_by_weight)) if streams else None,
    )


def prefers_html(header: str | None) -> bool:
    """Whether a header names HTML, and with precedence over every format of GraphQL."""
    ranges = _read(header or "")
    others = (_rank(patterns, ranges) for patterns in (*_PATTERNS.values(), *_STREAMS))
    html = _rank(("text/html",), ranges)
    return html[0] > 0 and html > max(others)


def accepts_gzip(header: str | None) -> bool:
    """Whether an Accept-Encoding allows gzip."""
    return _rank(("gzip", "*"), _read(header or ""))[0] > 0


def _read(header: str) -> list[_Range]:
    return [_range(part) for part in header.split(",", _RANGES)[:_RANGES]]


def _range(text: str) -> _Range:
    media, *parameters = (
        part.strip().lower() for part in text.split(";", _PARAMETERS)[:_PARAMETERS]
    )
    weights = [_weight(p[2:]) for p in parameters if p.startswith("q=")]
    others = tuple(p.replace('"', "") for p in parameters if not p.startswith("q="))
    return _Range(media, others, weights[0] if weights else 1.0)


def _weight(text: str) -> float:
    try:
        return float(text[:_WEIGHT_DIGITS])
    except ValueError:
        return 0.0


def _media(ranges: list[_Range]) -> str | None:
    """The type with the highest weight, then the one named first.

    JSON if both are equal: clients that name neither expect it.
    """
    best, chosen = (0.0, 0), None
    for media, patterns in _PATTERNS.items():
        rank = _rank(patterns, ranges)
        if rank[0] > 0 and rank > best:
            best, chosen = rank, media
    return chosen


def _rank(patterns: tuple[str, ...], ranges: list[_Range]) -> tuple[float, int]:
    """The weight and the place, negated, of the first range that matches the earliest pattern."""
    for pattern in patterns:
        for index, each in enumerate(ranges):
            if each.media == pattern:
                return each.weight, -index
    return 0.0, 0


def _by_weight(given: _Range) -> float:
    return given.weight


def _stream(given: _Range) -> str | None:
    if not given.weight > 0:
        return None
    if given.media == "text/event-stream":
        return SSE
    wanted = given.media == "multipart/mixed" and _SUBSCRIPTIONS in given.parameters
    return MULTIPART if wanted else None
