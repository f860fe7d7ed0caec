"""Decodes request bodies by the rules of Go's encoding/json, which the original server used."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graph.model.errors import Invalid


class String(NamedTuple):
    """A string. ``nullable``: null removes the value of an earlier key of the same name."""

    nullable: bool = True


class Array(NamedTuple):
    """A list whose items have the shape ``of``."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Object:
    """An object whose members have case-insensitive names."""

    members: Mapping[str, Shape]
    _by_fold: dict[str, str] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_fold.update({_folded(name): name for name in self.members})

    def name(self, key: str) -> str | None:
        return self._by_fold.get(_folded(key))


Shape = String | Array | Object

_VALUES: Final = 20_000
"""The most values in a body: far beyond any mover, and decoded fast enough not to delay others."""
_BLANKS: Final = " \t\n\r"
_WORDS: Final = ("true", "false", "null")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""The decoder has joined those that are pairs."""
_NOUNS: Final[dict[type, str]] = {String: "a string", Array: "an array", Object: "an object"}


def decode(body: bytes, shape: Object, doing: str) -> dict[str, Any]:
    """The first JSON value of a body in the given shape; anything after it is ignored.

    Absent, null and unknown members are left out. Of a repeated key the last value counts, and
    repeated objects are merged, as in the original. Raises Invalid, beginning with ``doing``, for
    malformed JSON, a wrong type, too deep nesting or too many values.
    """
    if body.count(b",") + body.count(b":") > _VALUES:
        raise Invalid(f"{doing}: more than {_VALUES} values")
    try:
        given = _first_value(body)
        return {} if given is None else _object({}, given, shape, "the body")
    except RecursionError:
        raise Invalid(f"{doing}: exceeded max depth") from None
    except _WrongError as error:
        raise Invalid(f"{doing}: {error}") from None


class _WrongError(ValueError):
    """Why a body is rejected."""


class _Pairs(list[tuple[str, Any]]):
    """The members of an object in document order, including duplicates."""


class _Number(NamedTuple):
    """A number, kept as text: no member is a number, and parsing a long one is slow."""

    text: str


def _no_constant(name: str) -> Any:  # noqa: ANN401 - it never returns
    raise _WrongError(f"invalid character '{name[0]}' looking for beginning of value")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Pairs,
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=_no_constant,
)


def _first_value(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    # Invalid UTF-8 becomes U+FFFD, as in Go, which no name may contain.
    text = body.decode("utf-8", "replace").lstrip(_BLANKS)
    if not text:
        raise _WrongError("EOF")
    try:
        value, _ = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise _WrongError(_why(text, error)) from None
    return value


def _why(text: str, error: json.JSONDecodeError) -> str:
    """Go's message where the end is missing; otherwise the message with the position."""
    rest = text[error.pos : error.pos + 6]
    cut = not rest or rest == "-" or any(w.startswith(rest) for w in _WORDS)
    if cut or error.msg.startswith("Unterminated string"):
        return "unexpected EOF"
    said = error.msg.removesuffix(" at")
    return f"{said[0].lower()}{said[1:]} at character {error.pos + 1}"


def _value(before: Any, given: Any, shape: Shape, where: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(shape, Object):
        return _object(before if before is not None else {}, given, shape, where)
    if isinstance(shape, Array):
        if type(given) is not list:
            raise _wrong(given, shape, where)
        return [
            _value(None, item, shape.of, f"{where}[{index}]") if item is not None else None
            for index, item in enumerate(given)
        ]
    if not isinstance(given, str):
        raise _wrong(given, shape, where)
    return _whole(given)


def _object(before: dict[str, Any], given: Any, shape: Object, where: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(given, _Pairs):
        raise _wrong(given, shape, where)
    found = dict(before)
    for key, value in given:
        name = shape.name(key)
        if name is None:
            continue
        member = shape.members[name]
        if value is not None:
            found[name] = _value(found.get(name), value, member, name)
        elif not isinstance(member, String) or member.nullable:
            found.pop(name, None)
    return found


def _wrong(given: Any, shape: Shape, where: str) -> _WrongError:  # noqa: ANN401 - any JSON
    if isinstance(given, str):
        kind = "a string"
    elif isinstance(given, bool):
        kind = "a boolean"
    elif isinstance(given, _Number):
        kind = "a number"
    else:
        kind = "an object" if isinstance(given, _Pairs) else "an array"
    return _WrongError(f"{where} must be {_NOUNS[type(shape)]}, not {kind}")


def _whole(text: str) -> str:
    """Replaces lone surrogates by U+FFFD, as Go does; they cannot be encoded.

    Not by way of UTF-16: a body of them would keep the event loop busy for 50 ms.
    """
    return _SURROGATE.sub("\ufffd", text)


def _folded(key: str) -> str:
    """Case folding as in Go, where the long s and the Kelvin sign equal ASCII letters."""
    return key.replace("\u017f", "s").lower()
