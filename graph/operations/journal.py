"""How the engine's journal is stored: JSON, of plain values and of the errors that steps raise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dbos import Serializer

from graph.model.errors import ApiError
from graph.operations.failures import PartError

_ERROR: Final = "$error"
_PART: Final = "PART"


class JournalledError(Exception):
    """Stands for an exception that is no part of the journal's format."""


class JsonSerializer(Serializer):
    """Values without a JSON form raise TypeError. Exceptions of any type are stored."""

    def name(self) -> str:
        """Stored beside each value: another format gets another name."""
        return "datasync-api-json-1"

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - the engine's signature
        return json.dumps(data, default=_stored)

    def deserialize(self, serialized_data: str) -> Any:  # noqa: ANN401 - the engine's signature
        return json.loads(serialized_data, object_hook=_restored)


def _stored(value: object) -> dict[str, Any]:
    if isinstance(value, PartError):
        return {_ERROR: _PART, "part": value.part, "why": value.why, "code": value.code}
    if isinstance(value, ApiError):
        return {_ERROR: value.code, "message": value.message, "path": value.path}
    if isinstance(value, BaseException):
        return {_ERROR: "OTHER", "message": f"{type(value).__name__}: {value}"}
    raise TypeError(f"{type(value).__name__} is not stored in the journal")


def _restored(given: dict[str, Any]) -> Any:  # noqa: ANN401 - what was stored
    code = given.get(_ERROR)
    if code is None:
        return given
    if code == _PART:
        return PartError(given["part"], given["why"], given.get("code"))
    kind = _BY_CODE.get(code)
    if kind is None:
        return JournalledError(given["message"])
    return kind(given["message"], path=tuple(given["path"]))


def _kinds(kind: type[ApiError]) -> Iterator[type[ApiError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


_BY_CODE: Final[Mapping[str, type[ApiError]]] = {
    kind.code: kind for kind in _kinds(ApiError) if "code" in vars(kind)
}
