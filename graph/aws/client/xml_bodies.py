"""Reads XML bodies of AWS's responses strictly, by the shapes of the SDK's service models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from botocore.model import OperationModel
from botocore.utils import parse_timestamp

from graph.aws.client.bodies import Response, Shape, require_request_id

_NOT_FOUND: Final = 404
_HEAD_CODES: Final = {403: "AccessDenied", _NOT_FOUND: "NoSuchBucket"}
"""What S3 means by a status in response to HEAD, whose errors have no body."""


def read_query(operation: OperationModel, response: Response) -> Any:
    """Raises LookupError or ValueError unless the body has the shape of the output."""
    root = _root(operation, response)
    shape = operation.output_shape
    if shape is None:
        require_request_id(response, _request_ids(root))
        return {}
    wrapper = shape.serialization.get("resultWrapper")
    result = next((child for child in root if _name(child) == wrapper), None)
    if result is None:
        raise ValueError(f"{wrapper} is missing")
    return _plain(result, shape)


def read_ec2(operation: OperationModel, response: Response) -> Any:
    """As ``read_query``, of a service that puts the members of the output at the root."""
    return _plain(_root(operation, response), operation.output_shape)


def read_rest(operation: OperationModel, response: Response) -> Any:
    """As ``read_query``, of a service that puts the output, or its only member, at the root."""
    shape: Shape = operation.output_shape
    payload = shape.serialization.get("payload")
    if operation.http["method"] == "HEAD":
        require_request_id(response)
        return {}
    if payload is None:
        root = _parsed(response["body"])
        if not any(_name_of(name, member) in map(_name, root) for name, member in _members(shape)):
            require_request_id(response)
            _require_root(root)
        return _plain(root, shape)
    member: Shape = shape.members[payload]
    if member.type_name == "string":
        return {payload: response["body"].decode()}
    return {payload: _plain(_parsed(response["body"]), member)}


def _root(operation: OperationModel, response: Response) -> ET.Element:
    root = _parsed(response["body"])
    if _name(root) != f"{operation.name}Response":
        raise ValueError(f"expected {operation.name}Response, got {_name(root)}")
    return root


def _require_root(root: ET.Element) -> None:
    """Raises ValueError for the elements of a web page: an answer without members has none."""
    if len(root) or _name(root).lower() == "html":
        raise ValueError(f"unexpected elements in {_name(root)}")


def _request_ids(root: ET.Element) -> Iterator[str | None]:
    return (node.text for node in root.iter() if _name(node) == "RequestId")


def _plain(node: ET.Element, shape: Shape) -> Any:
    """The value of an element. Raises ValueError unless it has the structure of the shape."""
    kind, text = shape.type_name, (node.text or "").strip()
    if kind in ("structure", "list", "map") and text:
        raise ValueError(f"unexpected text in {_name(node)}")
    if kind == "structure":
        return _structure(node, shape)
    if kind == "list":
        item = shape.member.serialization.get("name", "member")
        if any(_name(child) != item for child in node):
            raise ValueError(f"unexpected items in {_name(node)}")
        return [_plain(child, shape.member) for child in node]
    if kind == "map":
        return dict(_entry(child, shape) for child in node)
    if len(node):
        raise ValueError(f"unexpected elements in {_name(node)}")
    return _FROM_TEXT.get(kind, str)(text)


def _entry(node: ET.Element, shape: Shape) -> tuple[str, Any]:
    """The key and the value of an entry of a map."""
    key = shape.key.serialization.get("name", "key")
    value = shape.value.serialization.get("name", "value")
    parts = {_name(child): child for child in node}
    if parts.keys() != {key, value}:
        raise ValueError(f"unexpected elements in {_name(node)}")
    return parts[key].text or "", _plain(parts[value], shape.value)


def _structure(node: ET.Element, shape: Shape) -> dict[str, Any]:
    children: dict[str, list[ET.Element]] = {}
    for child in node:
        children.setdefault(_name(child), []).append(child)
    found: dict[str, Any] = {}
    for name, member in _members(shape):
        given = children.get(_name_of(name, member))
        if given is None:
            continue
        if member.serialization.get("flattened"):
            found[name] = [_plain(child, member.member) for child in given]
        else:
            found[name] = _plain(given[-1], member)
    return found


def _members(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Those of a structure that are in the body."""
    return (
        (name, member)
        for name, member in shape.members.items()
        if member.serialization.get("location") is None
    )


def _name_of(name: str, member: Shape) -> str:
    """The element of a member. A flattened list is named by its items, if they have a name."""
    own = str(member.serialization.get("name", name))
    if member.serialization.get("flattened"):
        return str(member.member.serialization.get("name", own))
    return own


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


_FROM_TEXT: Final[Mapping[str, Any]] = {
    "boolean": _boolean,
    "integer": int,
    "long": int,
    "timestamp": parse_timestamp,
}


def normalize_error(operation: OperationModel, response: Response) -> None:
    """Gives an error without a code its HTTP status as code, so that it can be parsed.

    Errors of S3 in response to HEAD have no body: their status is what they mean, if S3 sent them.
    """
    try:
        root = _parsed(response["body"])
    except ValueError:
        root = ET.Element("none")
    code = next((node.text for node in root.iter() if _name(node) == "Code"), None)
    if code:
        return
    status = response["status_code"]
    code = str(status)
    if operation.http.get("method") == "HEAD" and response["headers"].get("x-amz-request-id"):
        code = _HEAD_CODES.get(status, code)
    error = f"<Error><Code>{code}</Code><Message/></Error>"
    response["body"] = _ERRORS.get(_protocol(operation), "<ErrorResponse>{}</ErrorResponse>")
    response["body"] = response["body"].format(error).encode()


_ERRORS: Final = {"ec2": "<Response><Errors>{}</Errors></Response>", "rest-xml": "{}"}
"""By protocol: where an error stands."""


def _protocol(operation: OperationModel) -> str:
    return str(operation.service_model.resolved_protocol)


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
