"""Reads JSON bodies of AWS's responses strictly, by the shapes of the SDK's service models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson
from botocore.model import OperationModel
from botocore.utils import parse_timestamp

Response = dict[str, Any]
"""``body``, ``headers`` and ``status_code``, as the SDK passes them to its handlers."""
Shape = Any
"""A shape of botocore's model, whose annotations are incomplete."""
Check = Callable[[Any], object]
"""Raises TypeError or ValueError for a value that is not of a shape."""
_REQUEST_IDS: Final = ("x-amzn-requestid", "x-amz-request-id")


def read_json(operation: OperationModel, response: Response) -> Any:
    """Raises TypeError or ValueError unless the body has the shape of the operation's output."""
    shape = operation.output_shape
    if shape is None or not shape.members:
        require_request_id(response)
        return _read_nothing(response["body"])
    answer = orjson.loads(response["body"])
    _checker(operation)(answer)
    return answer


def require_request_id(response: Response, in_body: Iterable[str | None] = ()) -> None:
    """Raises ValueError unless the response carries the id that AWS gives to each request.

    Nothing else proves that AWS has executed an operation that returns no members: a proxy may
    respond with an empty body or ``{}`` too. ``in_body``: the ids that an XML body contains.
    """
    in_headers = (response["headers"].get(name) for name in _REQUEST_IDS)
    if not any(text and text.strip() for text in (*in_headers, *in_body)):
        raise ValueError("expected AWS's request id")


def _read_nothing(body: bytes) -> dict[str, Any]:
    """The answer of an operation that returns no members: ``{}``, or nothing at all.

    Members that AWS adds later are accepted.
    """
    answer = orjson.loads(body) if body else {}
    if not isinstance(answer, dict) or "__type" in answer:
        raise ValueError("expected an empty answer")
    return answer


def _checker(operation: OperationModel) -> Check:
    """The check of an operation's output, made once for all clients."""
    key = operation.service_model.service_name, operation.name
    check = _CHECKERS.get(key)
    if check is None:
        check = _CHECKERS[key] = _check_of(operation.output_shape, {})
    return check


_CHECKERS: Final[dict[tuple[str, str], Check]] = {}
"""By service and operation, of which there are some dozens."""


def _check_of(shape: Shape, known: dict[str, Check]) -> Check:
    """A function that raises TypeError or ValueError unless a value is of the shape.

    ``known``: by the names of shapes, because one may contain itself.
    """
    kind = shape.type_name
    if kind in _SCALARS:
        return _check_of_scalar(kind)
    if kind == "timestamp":
        return parse_timestamp
    if shape.name not in known:
        known[shape.name] = _later(known, shape.name)
        known[shape.name] = _MAKERS[kind](shape, known)
    return known[shape.name]


def _later(known: Mapping[str, Check], name: str) -> Check:
    """The check of a shape inside of itself, which is not complete yet."""

    def check(value: Any) -> None:
        known[name](value)

    return check


def _check_of_scalar(kind: str) -> Check:
    kinds = _SCALARS[kind]

    def check(value: Any) -> None:
        if type(value) not in kinds:
            raise _unexpected(value, kind)

    return check


def _check_of_structure(shape: Shape, known: dict[str, Check]) -> Check:
    members = {name: _check_of(member, known) for name, member in shape.members.items()}

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise _unexpected(value, "dict")
        for name, member in value.items():
            if member is not None and name in members:
                members[name](member)

    return check


def _check_of_list(shape: Shape, known: dict[str, Check]) -> Check:
    check_item = _check_of(shape.member, known)

    def check(value: Any) -> None:
        if not isinstance(value, list):
            raise _unexpected(value, "list")
        for item in value:
            check_item(item)

    return check


def _check_of_map(shape: Shape, known: dict[str, Check]) -> Check:
    check_item = _check_of(shape.value, known)

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise _unexpected(value, "dict")
        for item in value.values():
            check_item(item)

    return check


_MAKERS: Final[Mapping[str, Callable[[Shape, dict[str, Check]], Check]]] = {
    "structure": _check_of_structure,
    "list": _check_of_list,
    "map": _check_of_map,
}
_SCALARS: Final[Mapping[str, tuple[type, ...]]] = {
    "blob": (str,),
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "long": (int,),
    "string": (str,),
}


def _unexpected(value: Any, expected: str) -> TypeError:
    return TypeError(f"expected {expected}, got {type(value).__name__}")


def normalize_json_error(_operation: OperationModel, response: Response) -> None:
    """Gives an error without a code its HTTP status as code, so that it can be parsed."""
    body = _object(response["body"])
    if not isinstance(body.get("__type"), str):
        response["body"] = b"{}"
    elif not all(isinstance(body.get(name, ""), str) for name in _MESSAGES):
        response["body"] = orjson.dumps({"__type": body["__type"]})


def normalize_rest_json_error(_operation: OperationModel, response: Response) -> None:
    """The same of services that put the code into a header, or into ``code``."""
    body = _object(response["body"])
    code = response["headers"].get("x-amzn-errortype") or body.get("code") or body.get("ErrorCode")
    if not isinstance(code, str):
        response["body"] = b"{}"
        return
    text = next((body[name] for name in _MESSAGES if isinstance(body.get(name), str)), "")
    response["body"] = orjson.dumps({"code": code.partition(":")[0], "message": text})


_MESSAGES: Final = ("message", "Message")


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
