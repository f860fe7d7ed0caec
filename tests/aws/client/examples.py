"""Requests and answers of AWS's operations, generated from the SDK's service models."""

from __future__ import annotations

import json
from typing import Any, Final
from xml.etree import ElementTree as ET

import botocore.session
from botocore.model import OperationModel

from graph.aws.client.answers import REQUIRED
from graph.aws.client.service_models import extend

_SESSION: Final = botocore.session.Session()
extend(_SESSION)
_SCALARS: Final[dict[str, Any]] = {
    "blob": "eA==",
    "boolean": True,
    "double": 1.5,
    "float": 1.5,
    "integer": 1,
    "long": 1,
    "string": "x",
    "timestamp": 1_700_000_000,
}


for _service in REQUIRED:
    _SESSION.get_service_model(_service)  # read once, and here, as tests must not block their loop


def operation(service: str, name: str) -> OperationModel:
    return _SESSION.get_service_model(service).operation_model(name)


def parameters(model: OperationModel) -> dict[str, Any]:
    """What the SDK's validation accepts, and no more than it requires."""
    return {} if model.input_shape is None else dict(_given(model.input_shape))


def _given(shape: Any) -> Any:
    if shape.type_name == "structure":
        return {name: _given(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_given(shape.member)] * max(1, shape.metadata.get("min", 0))
    if shape.type_name == "string":
        return (shape.enum or ["x" * max(1, shape.metadata.get("min", 0))])[0]
    if shape.type_name == "blob":
        return b"x"
    return shape.metadata.get("min", _SCALARS[shape.type_name])


def value(shape: Any, around: frozenset[str] = frozenset()) -> Any:
    """A value of a shape with every one of its members, but those that contain it itself."""
    inner = around | {shape.name}
    if shape.type_name == "structure":
        members = shape.members.items() if shape.name not in around else ()
        return {name: value(member, inner) for name, member in members}
    if shape.type_name == "list":
        return [value(shape.member, around)]
    if shape.type_name == "map":
        return {"k": value(shape.value, around)}
    return _SCALARS[shape.type_name]


def answer(model: OperationModel) -> Any:
    """A complete answer. It is the last page of a list."""
    given = {} if model.output_shape is None else value(model.output_shape)
    return {key: item for key, item in given.items() if key not in _PAGING}


_PAGING: Final = ("NextToken", "PaginationToken", "Marker", "IsTruncated")


def encoded(model: OperationModel, given: Any) -> bytes:
    """An answer as the service encodes it."""
    if model.service_model.resolved_protocol in {"json", "rest-json"}:
        return json.dumps(given).encode()
    root = ET.Element(f"{model.name}Response")
    if model.service_model.resolved_protocol == "ec2":
        _fill(root, given, model.output_shape)
        ET.SubElement(root, "requestId").text = "r-1"
        return ET.tostring(root)
    if model.output_shape is not None:
        wrapper = ET.SubElement(root, model.output_shape.serialization["resultWrapper"])
        _fill(wrapper, given, model.output_shape)
    ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = "r-1"
    return ET.tostring(root)


def _fill(node: ET.Element, given: Any, shape: Any) -> None:
    """``given`` may be of another shape, as a bad answer is."""
    if isinstance(given, dict):
        for name, item in given.items():
            member = getattr(shape, "members", {}).get(name)
            called = name if member is None else member.serialization.get("name", name)
            _fill(ET.SubElement(node, called), item, member)
    elif isinstance(given, list):
        member = getattr(shape, "member", None)
        called = "member" if member is None else member.serialization.get("name", "member")
        for item in given:
            _fill(ET.SubElement(node, called), item, member)
    else:
        node.text = json.dumps(given) if isinstance(given, bool | int) else given
