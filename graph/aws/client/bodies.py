"""Reads the bodies of AWS's responses strictly, by the shapes of the SDK's service models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree as ET

import orjson
from botocore.model import OperationModel
from botocore.utils import parse_timestamp

Response = dict[str, Any]
"""``body``, ``headers`` and ``status_code``, as the SDK passes them to its handlers."""
Shape = Any
"""A shape of botocore's model, whose annotations are incomplete."""
Check = Callable[[Any], object]
"""Raises TypeError or ValueError for a value that is not of a shape."""


def read_json(operation: OperationModel, response: Response) -> Any:
    """Raises TypeError or ValueError unless the body has the shape of the operation's output."""
    shape = operation.output_shape
    if shape is None or not shape.members:
        _require_request_id(response)
        return _read_nothing(response["body"])
    answer = orjson.loads(response["body"])
    _checker(operation)(answer)
    return answer


def _require_request_id(response: Response, root: ET.Element | None = None) -> None:
    """Raises ValueError unless the response carries the id that AWS gives to each request.

    Nothing else proves that AWS has executed an operation that returns no members: a proxy may
    respond with an empty body or ``{}`` too. ``root``: of an XML body, which may contain the id.
    """
    ids = () if root is None else (node.text for node in root.iter() if _name(node) == "RequestId")
    if not response["headers"].get("x-amzn-requestid") and not any(
        text and text.strip() for text in ids
    ):
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


def read_xml(operation: OperationModel, response: Response) -> Any:
    """Raises LookupError or ValueError unless the body has the shape of the output."""
    root = _parsed(response["body"])
    if _name(root) != f"{operation.name}Response":
        raise ValueError(f"expected {operation.name}Response, got {_name(root)}")
    shape = operation.output_shape
    if shape is None:
        _require_request_id(response, root)
        return {}
    wrapper = shape.serialization.get("resultWrapper")
    result = next((child for child in root if _name(child) == wrapper), None)
    if result is None:
        raise ValueError(f"{wrapper} is missing")
    return _plain(result, shape)


def read_rest_xml(operation: OperationModel, response: Response) -> Any:
    """As ``read_xml``, of a service that puts the output itself at the root."""
    return _plain(_parsed(response["body"]), operation.output_shape)


def _plain(node: ET.Element, shape: Shape) -> Any:
    """The value of an element. Raises ValueError unless it has the structure of the shape."""
    kind, text = shape.type_name, (node.text or "").strip()
    if kind in ("structure", "list", "map") and text:
        raise ValueError(f"unexpected text in {_name(node)}")
    if kind == "structure":
        children = {_name(child): child for child in node}
        return {
            name: _plain(children[name], member)
            for name, member in shape.members.items()
            if name in children
        }
    if kind == "list":
        item = shape.member.serialization.get("name", "member")
        if any(_name(child) != item for child in node):
            raise ValueError(f"unexpected items in {_name(node)}")
        return [_plain(child, shape.member) for child in node]
    if len(node):
        raise ValueError(f"unexpected elements in {_name(node)}")
    return _FROM_TEXT.get(kind, str)(text)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


_FROM_TEXT: Final[Mapping[str, Any]] = {
    "boolean": _boolean,
    "integer": int,
    "long": int,
    "timestamp": parse_timestamp,
}


def normalize_json_error(response: Response) -> None:
    try:
        body = orjson.loads(response["body"])
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("__type"), str):
        response["body"] = b"{}"
    elif not all(isinstance(body.get(name, ""), str) for name in ("message", "Message")):
        response["body"] = orjson.dumps({"__type": body["__type"]})


def normalize_xml_error(response: Response) -> None:
    try:
        root = _parsed(response["body"])
    except ValueError:
        root = ET.Element("none")
    code = next((node.text for node in root.iter() if _name(node) == "Code"), None)
    if not code:
        status = response["status_code"]
        error = f"<Error><Code>{status}</Code><Message/></Error>"
        response["body"] = f"<ErrorResponse>{error}</ErrorResponse>".encode()


def _parsed(body: bytes) -> ET.Element:
    """Raises ValueError. AWS sends no document type, and without one nothing is expanded."""
    if b"<!DOCTYPE" in body:
        raise ValueError("a document type is not accepted")
    try:
        return ET.fromstring(body)  # noqa: S314 - see above
    except ET.ParseError as error:
        raise ValueError(str(error)) from error


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


class Protocol(NamedTuple):
    """How the answers and the errors of a service are encoded."""

    read: Callable[[OperationModel, Response], Any]
    normalize_error: Callable[[Response], None]


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "json": Protocol(read_json, normalize_json_error),
    "query": Protocol(read_xml, normalize_xml_error),
    "rest-xml": Protocol(read_rest_xml, normalize_xml_error),
}
"""By the SDK's name for a protocol."""
