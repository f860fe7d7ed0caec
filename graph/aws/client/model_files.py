"""Reads the files of the SDK that describe services, without what a server never uses.

As the SDK reads them, those of five services take 15 MB: half of it are the endpoints of hundreds
of other services, and much of the rest are their descriptions for people. Each client would also
have a method for each operation: IAM has 164, EC2 705.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import orjson
from botocore.loaders import JSONFileLoader

from graph.aws.client.answers import REQUIRED

ENDPOINTS: Final = (
    "datasync",
    "ec2",
    "elasticfilesystem",
    "fsx",
    "iam",
    "kms",
    "logs",
    "s3",
    "s3-control",
    "secretsmanager",
    "sts",
    "tagging",
)
"""Of the services that are called, by the prefixes of their endpoints. The SDK works out those of
others by the rules of a partition."""
_CALLED: Final = {
    service: tuple(operations)
    for service, operations in REQUIRED.items()
    # Of DataSync all are called, and of STS what finds the server's own credentials calls others.
    if service not in ("datasync", "sts")
}
_MODEL: Final = "service-2"
_ENDPOINTS: Final = "endpoints"
_WHOLE: Final = "clientContextParams"
"""A part of a model that the SDK reads with the descriptions, on the first call."""
_READ: Final[dict[str, Callable[[bytes], bytes]]] = {".json": bytes, ".json.gz": gzip.decompress}


class ModelFiles(JSONFileLoader):
    """Takes the place of the SDK's own reader."""

    def load_file(self, file_path: str) -> Any | None:
        """The data of a file, whose path is given without its suffix; None if there is none."""
        for suffix, decompressed in _READ.items():
            file = Path(file_path + suffix)
            if file.is_file():
                found = orjson.loads(decompressed(file.read_bytes()))
                if file.name == _MODEL + suffix:
                    called = _CALLED.get(file.parent.parent.name)  # <service>/<version>/<file>
                    found = found if called is None else _of_operations(found, called)
                found = _without_descriptions(found)
                return _of_services(found) if file.name == _ENDPOINTS + suffix else found
        return None


def _of_operations(model: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A model with these operations, what they are made of, and every error of the service."""
    operations, shapes = {name: model["operations"][name] for name in names}, model["shapes"]
    kept: dict[str, Any] = {}
    left = [name for name, shape in shapes.items() if shape.get("exception")]
    for operation in operations.values():
        left += _names((operation.get("input"), operation.get("output")))
    while left:
        name = left.pop()
        if name not in kept:
            shape = kept[name] = shapes[name]
            parts = (shape.get(part) for part in ("member", "key", "value"))
            left += _names((*shape.get("members", {}).values(), *parts))
    return model | {"operations": operations, "shapes": kept}


def _names(references: Iterable[dict[str, Any] | None]) -> list[str]:
    return [each["shape"] for each in references if each is not None]


def _without_descriptions(value: Any) -> Any:
    """A copy of the value without its texts named ``documentation``; equal texts are one object.

    Of the value itself nothing is kept: its remains would be scattered over memory that could not
    be given back.
    """
    texts: dict[str, str] = {}

    def reduced(value: Any, *, whole: bool = False) -> Any:
        if isinstance(value, str):
            known = texts.get(value)
            if known is None:
                known = texts[value] = value.encode().decode()
            return known
        if isinstance(value, list):
            return [reduced(each, whole=whole) for each in value]
        if isinstance(value, dict):
            return {
                reduced(name): reduced(each, whole=whole or name == _WHOLE)
                for name, each in value.items()
                if whole or name != "documentation" or not isinstance(each, str)
            }
        return value

    return reduced(value)


def _of_services(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in ENDPOINTS if name in known}
    return endpoints
