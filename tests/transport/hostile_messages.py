"""WebSocket messages made to be expensive: each as large as the limits let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

MESSAGE: Final = 65_536
"""Bytes of a message."""
BURST: Final = 262_144
"""Bytes that the server reads at a time. Then it stops reading until it has answered them."""
_DEPTHS: Final = (100, 250, 260, 1_000, 1_020, 1_100, 30_000)
"""Around those that the parser and the encoder of JSON take, and far beyond them."""
_ROOM: Final = 200
"""Bytes for what is around a value."""
_LONG: Final = MESSAGE - _ROOM
_VALUES: Final[dict[str, str]] = {
    "arrays in an array": "[" + ",".join(["[]"] * (_LONG // 3)) + "]",
    "objects in an array": "[" + ",".join(["{}"] * (_LONG // 3)) + "]",
    "numbers": "[" + ",".join(["1e9"] * (_LONG // 4)) + "]",
    "a long number": "7" * _LONG,
    "a long fraction": "0." + "7" * _LONG,
    "a huge exponent": "1e999999999",
    "a negative exponent": "1e-" + "9" * _LONG,
    "letters": '"' + "x" * _LONG + '"',
    "accents": '"' + "\u00e9" * (_LONG // 2) + '"',
    "escapes": '"' + "\\u0061" * (_LONG // 6) + '"',
    "escaped pairs": '"' + "\\ud83d\\ude00" * (_LONG // 12) + '"',
    "lone surrogates": '"' + "\\ud800" * (_LONG // 6) + '"',
    "control characters": '"' + "\\u0000" * (_LONG // 6) + '"',
    "members": "{" + ",".join(f'"m{n}":{n}' for n in range(_LONG // 14)) + "}",
    "members of one name": "{" + ",".join(['"a":1'] * (_LONG // 6)) + "}",
    "members with long names": "{" + ",".join(f'"{n:0200}":0' for n in range(_LONG // 205)) + "}",
    **{f"{depth} arrays": "[" * depth + "]" * depth for depth in _DEPTHS},
    **{
        f"{depth} objects": '{"a":' * depth + "1" + "}" * depth
        for depth in _DEPTHS
        if depth < 9_999
    },
}
_HEADERS: Final = ("X-Auth-Token", "Authorization", "X-Forwarded-User", "x-auth-token")
_QUERIES: Final = (
    "query($v: ID!) { node(id: $v) { id } }",
    "subscription($v: ID!) { runProgress(run: $v) { __typename } }",
)
_WHOLE: Final[dict[str, str]] = {
    "nothing": "",
    "blanks": " " * MESSAGE,
    "an unterminated string": '"' + "x" * _LONG,
    "an unterminated array": "[" * MESSAGE,
    "a message of an unknown type": json.dumps({"type": "x" * _LONG}),
    "a message of a type of accents": json.dumps({"type": "\u00e9" * (_LONG // 6)}),
    "a long id": json.dumps({"type": "complete", "id": "x" * _LONG}),
    "subscribe without an id": json.dumps({"type": "subscribe", "payload": {"query": "{x}"}}),
}


def messages() -> Iterator[tuple[str, list[str]]]:
    """A name and what a client sends after it was acknowledged, without waiting for answers."""
    for name, value in _WHOLE.items():
        yield name, _burst(value)
    for name, value in _VALUES.items():
        yield f"a message of {name}", _burst(value)
        yield f"a ping with {name}", _burst(f'{{"type":"ping","payload":{value}}}')
        inner = f'{{"type":"ping","payload":{{"a":{value}}}}}'
        yield f"a ping with an object of {name}", _burst(inner)
        for member in ("query", "operationName", "variables", "extensions"):
            payload = f'{{"query":"{{ __typename }}","{member}":{value}}}'
            message = f'{{"type":"subscribe","id":"#","payload":{payload}}}'
            yield f"subscribe with {name} as {member}", _burst(message)
        for query in _QUERIES:
            payload = f'{{"query":"{query}","variables":{{"v":{value}}}}}'
            message = f'{{"type":"subscribe","id":"#","payload":{payload}}}'
            yield f"{query} with {name}", _burst(message)
    yield "pings", ['{"type":"ping"}'] * 90
    yield "completes", [f'{{"type":"complete","id":"{n}"}}' for n in range(90)]
    yield "more messages than are allowed", ['{"type":"pong"}'] * 1_000
    small = '{"type":"subscribe","id":"#","payload":{"query":"{ viewer { name } }"}}'
    yield "operations", [small.replace("#", str(n)) for n in range(90)]
    yield "operations of one id", [small] * 90


def greetings() -> Iterator[tuple[str, str]]:
    """A name and a message that asks to be acknowledged."""
    for name, value in _VALUES.items():
        yield f"a payload of {name}", f'{{"type":"connection_init","payload":{value}}}'
        for header in _HEADERS:
            message = f'{{"type":"connection_init","payload":{{"{header}":{value}}}}}'
            yield f"{name} as {header}", message


def _burst(message: str) -> list[str]:
    """As many as are read at once, of those that are not too long."""
    size = len(message.encode())
    if size > MESSAGE:
        return []
    return [message.replace("#", str(n)) for n in range(max(1, min(90, BURST // max(size, 1))))]
