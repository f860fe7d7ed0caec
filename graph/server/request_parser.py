"""Parses HTTP/1.1 requests and passes on only what an application may act on."""

from __future__ import annotations

from typing import Final, Protocol

import httptools

MAX_HEADERS: Final = 100
"""Header fields per request, as in Apache; nginx and Node accept more, but nobody sends them."""
_MAX_PATH_BYTES: Final = 32_768
_MAX_SUBPROTOCOL_BYTES: Final = 1_024
"""Of ``Sec-WebSocket-Protocol``, which takes longer to parse than all other fields together."""
TOO_LONG: Final = "The URL of the request is too long.\n"
TOO_LARGE: Final = "The head of the request is too large.\n"
MALFORMED: Final = "Invalid HTTP request received."
OTHER_VERSION: Final = "The server speaks HTTP/1.1 and HTTP/1.0.\n"
ENCODED: Final = "The only transfer coding that is supported is chunked.\n"
_VERSIONS: Final = ("1.1", "1.0")
_FRAMING: Final = (b"content-length", b"transfer-encoding")


class Target(Protocol):
    """Receives the parsed request."""

    url: bytes
    """What was passed to ``on_url`` for the current request, and below to ``on_header``."""
    headers: list[tuple[bytes, bytes]]
    """With the names in lower case."""

    def on_message_begin(self) -> None: ...

    def on_url(self, url: bytes, /) -> None: ...

    def on_header(self, name: bytes, value: bytes, /) -> None: ...

    def on_headers_complete(self) -> None: ...

    def on_body(self, body: bytes, /) -> None: ...

    def on_message_complete(self) -> None: ...


class RequestParser:
    """httptools' parser behind the same interface, with the checks that httptools leaves out.

    * The request line and the header fields are bounded in bytes and in number, trailers included.
    * Trailer fields are discarded (RFC 9110, 6.5.1): no proxy in front of the server removes
      credentials from them.
    * An HTTP/1.1 request names exactly one host (RFC 9112, 3.2).
    * No transfer coding but chunked is read (RFC 9112, 6.1). httptools looks at the last one only,
      in part after the application has begun.
    * Every offer to upgrade but a WebSocket handshake is ignored (RFC 9110, 7.8). httptools would
      treat the body as the first bytes of the other protocol.
    """

    def __init__(self, target: Target, *, max_head_bytes: int) -> None:
        self._target, self._max_head_bytes = target, max_head_bytes
        self._parser = self._new_parser()
        self._in_head, self._replaying, self._ignores_upgrade = True, False, False
        self._head_bytes = self._header_count = 0
        self._unreported = 0
        """Bytes fed since the last callback: of a line without an end, or between requests."""
        self._reported = False
        self.rejection: tuple[int, str] | None = None
        """The status and text to answer with if ``feed_data`` raised HttpParserError."""

    def feed_data(self, data: bytes) -> None:
        """Parses a part of the stream.

        Raises HttpParserError if it is malformed or too large, HttpParserUpgrade after the head of
        a WebSocket handshake.
        """
        self._reported = False
        rest = memoryview(data)
        while True:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                if not self._ignores_upgrade:
                    raise
                rest = rest[upgrade.args[0] :]
                self._replay_without_upgrade()
            else:
                break
        self._unreported = 0 if self._reported else self._unreported + len(data)
        if self._unreported > self._max_head_bytes:
            self._reject(431, TOO_LARGE)

    def get_method(self) -> bytes:
        return self._parser.get_method()

    def get_http_version(self) -> str:
        return self._parser.get_http_version()

    def should_keep_alive(self) -> bool:
        """Once the request is complete, also False if a trailer field ended the parsing."""
        return self._parser.should_keep_alive()

    def should_upgrade(self) -> bool:
        """Whether the request is a WebSocket handshake."""
        return self._parser.should_upgrade() and not self._ignores_upgrade

    def on_message_begin(self) -> None:
        if not self._replaying:
            self._reported, self._in_head, self._ignores_upgrade = True, True, False
            self._head_bytes = self._header_count = 0
            self._target.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._replaying:
            self._count(len(url), 414, TOO_LONG)
            self._target.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._replaying:
            return
        self._header_count += 1
        self._count(len(name) + len(value) + 4)
        if self._in_head:
            self._target.on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._replaying:
            self._replaying = False
        else:
            self._check_head()
            if self._parser.should_upgrade() and not self._is_websocket_handshake():
                self._ignores_upgrade = True
                return  # parsed once more, without the offer
        self._in_head = False
        self._target.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._reported = True
        self._target.on_body(body)

    def on_message_complete(self) -> None:
        if self._in_head:  # what httptools takes for the end of a request that offers an upgrade
            return
        self._reported, self._in_head = True, True
        self._target.on_message_complete()

    def _new_parser(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        # As uvicorn sets it: a request behind `Connection: close` is ignored, not an error.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _count(self, size: int, status: int = 431, reason: str = TOO_LARGE) -> None:
        self._reported = True
        self._head_bytes += size
        if self._head_bytes > self._max_head_bytes or self._header_count > MAX_HEADERS:
            self._reject(status, reason)

    def _check_head(self) -> None:
        version = self.get_http_version()
        if version not in _VERSIONS:
            self._reject(505, OTHER_VERSION)
        if len(self._target.url.partition(b"?")[0]) > _MAX_PATH_BYTES:
            self._reject(414, TOO_LONG)
        hosts = sum(name == b"host" for name, _ in self._target.headers)
        # HTTP/1.0 did not have the header.
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            self._reject(400, MALFORMED)
        if codings := self._values(b"transfer-encoding"):
            self._check_transfer_codings(b",".join(codings))

    def _check_transfer_codings(self, listed: bytes) -> None:
        codings = [each for each in (item.strip() for item in listed.lower().split(b",")) if each]
        # HTTP/1.0 has none, so that a proxy of that version may have passed the body on decoded.
        if self.get_http_version() != "1.1" or codings[-1:] != [b"chunked"]:
            self._reject(400, MALFORMED)
        if len(codings) > 1:
            self._reject(501, ENCODED)

    def _is_websocket_handshake(self) -> bool:
        """RFC 6455, 4.1: a GET without a body."""
        if self.get_method() == b"CONNECT":  # for a proxy; what follows would be no HTTP
            self._reject(400, MALFORMED)
        if sum(map(len, self._values(b"sec-websocket-protocol"))) > _MAX_SUBPROTOCOL_BYTES:
            self._reject(431, TOO_LARGE)
        return (
            [value.lower() for value in self._values(b"upgrade")] == [b"websocket"]
            and self.get_method() == b"GET"
            and self.get_http_version() == "1.1"
            and not any(_announces_body(*field) for field in self._target.headers)
        )

    def _values(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self._target.headers if name == wanted]

    def _replay_without_upgrade(self) -> None:
        """Continues after the head with a parser that has not seen the offer."""
        kept = b"keep-alive" if self._parser.should_keep_alive() else b"close"
        head = [
            b"%s / HTTP/%s" % (self.get_method(), self.get_http_version().encode()),
            b"connection: " + kept,
            *(b"%s: %s" % field for field in self._target.headers if field[0] in _FRAMING),
        ]
        self._parser, self._replaying = self._new_parser(), True
        self._ignores_upgrade = False
        self._parser.feed_data(b"\r\n".join([*head, b"", b""]))

    def _reject(self, status: int, reason: str) -> None:
        self.rejection = (status, reason)
        raise httptools.HttpParserError(reason)


def _announces_body(name: bytes, value: bytes) -> bool:
    return name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ") != b"")
