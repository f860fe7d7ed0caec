"""Bodies of the REST API made to be expensive: each as large as the limits let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from rest_compat.decoder import Array, Object, Shape

BODY: Final = 1 << 20
VALUES: Final = 20_000
"""Commas and colons that a body may have."""
DEPTHS: Final = (400, 900, 990, 1_100, BODY // 8)
"""Around the depth that the decoder takes, and far beyond it."""
TEXTS: Final = {
    "letters": "x",
    "accents": "\u00e9",
    "emoji": "\U0001f600",
    "escaped letters": "\\u0061",
    "escaped pairs": "\\ud83d\\ude00",
    "lone surrogates": "\\ud800",
    "backslashes": "\\\\",
    "control characters": "\\n",
    "long s": "\u017f",
    "digits": "7",
    "blanks": " ",
    "colons in strings": "a;",
}
WHOLE: Final[dict[str, bytes]] = {
    "nothing but blanks": b" \t\n\r" * (BODY // 4),
    "blanks around a value": b" " * (BODY // 2) + b"{}" + b" " * (BODY // 2 - 2),
    "bytes that are not UTF-8": b"\xff" * BODY,
    "bytes that are not UTF-8 in a string": b'{"Name":"' + b"\xf0\x9f" * (BODY // 2 - 6) + b'"}',
    "NUL bytes": b"\0" * BODY,
    "a value and anything behind it": b"{}" + b"," * VALUES + b"x" * (BODY - VALUES - 2),
    "an unterminated string": b'{"Name":"' + b"x" * (BODY - 10),
    "an escape at the end": b'{"Name":"' + b"\\u" * (BODY // 2 - 5),
    "a long number": b'{"Name":' + b"7" * (BODY - 10) + b"}",
    "a long fraction": b'{"Name":0.' + b"7" * (BODY - 12) + b"}",
    "a long exponent": b'{"Name":1e' + b"9" * (BODY - 12) + b"}",
    "minus signs": b"-" * BODY,
    "a long word": b"t" * BODY,
    "more commas than values are allowed": b"[" + b"," * (BODY - 1),
    "empty arrays in an array": b"[" + b",".join([b"[]"] * VALUES) + b"]",
    "numbers": b"[" + b",".join([b"1e9"] * VALUES) + b"]",
    "strings": b"[" + b",".join([b'"%050d"' % n for n in range(BODY // 54)][:VALUES]) + b"]",
}


def groups(shape: Object) -> list[str]:
    """The places of a body, and an empty one for bodies as a whole."""
    return ["", *sorted({".".join(place) for place, _ in _places(shape)})]


def bodies(shape: Object, group: str) -> Iterator[tuple[str, bytes]]:
    """A name and a body for each kind of text, depth and number of members at each place.

    Those of one group, as all of them take 350 MB.
    """
    if not group:
        yield from _whole()
    for place, kind in _places(shape):
        for label, value in _values(kind) if ".".join(place) == group else ():
            body = _put(place, value).encode()
            if len(body) <= BODY:
                yield f"{group}: {label}", body


def _whole() -> Iterator[tuple[str, bytes]]:
    yield from WHOLE.items()
    for depth in DEPTHS:
        yield f"{depth} arrays", b"[" * depth
        yield f"{depth} closed arrays", b"[" * depth + b"]" * depth
        yield f"{depth} objects", b'{"a":' * min(depth, VALUES)
        yield f"{depth} objects in a member", b'{"Source":' + b'{"S3":' * min(depth, VALUES - 1)
    for label, member in _members():
        yield label, ("{" + ",".join(member(n) for n in range(VALUES // 2)) + "}").encode()


def _members() -> Iterator[tuple[str, Any]]:
    yield "members", lambda n: f'"m{n}":{n}'
    yield "members of one name", lambda _: '"Name":"x"'
    yield "members of one name in every case", lambda n: f'"{_cased("sourcetype", n)}":"x"'
    yield "members with long names", lambda n: f'"{n:080}":0'
    yield "repeated objects", lambda _: '"Source":{}'
    yield "null members", lambda _: '"Source":null'


def _cased(name: str, number: int) -> str:
    return "".join(c.upper() if number >> i & 1 else c for i, c in enumerate(name))


def _places(shape: Shape, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    if isinstance(shape, Object):
        for name, member in shape.members.items():
            yield (*place, name), member
            yield from _places(member, (*place, name))


def _values(kind: Shape) -> Iterator[tuple[str, str]]:
    for label, unit in TEXTS.items():
        yield f"a body of {label}", '"' + unit * ((BODY - 200) // len(unit.encode())) + '"'
    if isinstance(kind, Array):
        item: Any = "x" if not isinstance(kind.of, Object) else dict.fromkeys(kind.of.members, "x")
        weight = 1 if isinstance(item, str) else 1 + 2 * len(item)
        for label, each in {
            "items": item,
            "nulls": None,
            "empty objects": {},
            "texts": "x",
        }.items():
            times = (VALUES - 50) // (weight if each is item else 1)
            yield f"{times} {label}", json.dumps([each] * times)
    if isinstance(kind, Object):
        name = next(iter(kind.members))
        yield "one member many times", "{" + ",".join([f'"{name}":null'] * (VALUES // 2 - 9)) + "}"


def _put(place: tuple[str, ...], value: str) -> str:
    """The value at a place of a body that is complete apart from it."""
    for name in reversed(place):
        value = f'{{"{name}":{value}}}'
    return value
