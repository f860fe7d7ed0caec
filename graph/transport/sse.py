"""Server-sent events, as graphql-sse's "distinct connections mode" frames them."""

from __future__ import annotations

from typing import Final

from graph.transport.streaming import WITHDRAWN_ERROR, Format

# LF throughout, and no blank behind an empty ``data:``: urql's client reads CRLF as the end of the
# stream, and a lone blank as JSON.
FORMAT: Final = Format(
    content_type="text/event-stream; charset=utf-8",
    head=b"",
    next=b"event: next\ndata: %s\n\n",
    keep_alive=b": ping\n\n",
    complete=b"event: complete\ndata:\n\n",
    # No ``complete``, which would be final: after the end of the response clients connect again.
    stopped=b"retry: 1000\n\n",
    withdrawn=b"event: next\ndata: %s\n\nevent: complete\ndata:\n\n" % WITHDRAWN_ERROR,
)
