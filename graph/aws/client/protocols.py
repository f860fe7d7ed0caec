"""How the answers and the errors of each service are encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from botocore.model import OperationModel

from graph.aws.client import bodies, xml_bodies
from graph.aws.client.bodies import Response


class Protocol(NamedTuple):
    """How a service encodes."""

    read: Callable[[OperationModel, Response], Any]
    normalize_error: Callable[[OperationModel, Response], None]


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "json": Protocol(bodies.read_json, bodies.normalize_json_error),
    "rest-json": Protocol(bodies.read_json, bodies.normalize_rest_json_error),
    "query": Protocol(xml_bodies.read_query, xml_bodies.normalize_error),
    "ec2": Protocol(xml_bodies.read_ec2, xml_bodies.normalize_error),
    "rest-xml": Protocol(xml_bodies.read_rest, xml_bodies.normalize_error),
}
"""By the SDK's name for a protocol."""
