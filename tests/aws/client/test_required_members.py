"""The table of the members that answers have, compared with the SDK's service models."""

from __future__ import annotations

from typing import Any

from graph.aws.client.answers import REQUIRED
from tests.aws.client import examples

OPTIONAL = {"GetBucketVersioning", "HeadBucket"}
"""The operations whose answers may have none of their members."""


def test_every_row_names_an_operation_and_members_of_its_output() -> None:
    for service, rows in REQUIRED.items():
        for name, paths in rows.items():
            shape: Any = examples.operation(service, name).output_shape
            for path in paths:
                _at(shape, path)
            members = shape is not None and shape.members and name not in OPTIONAL
            assert bool(paths) == bool(members), name


def test_what_a_model_marks_as_required_is_in_the_table() -> None:
    for service, rows in REQUIRED.items():
        for name, paths in rows.items():
            shape = examples.operation(service, name).output_shape
            marked = set(shape.required_members) if shape is not None else set()
            listed = {path.partition(".")[0].removesuffix("[]") for path in paths}
            assert marked - listed <= {"RoleName", "PolicyName"}, name


def _at(shape: Any, path: str) -> None:
    for part in path.split("."):
        shape = shape.members[part.removesuffix("[]")]
        if part.endswith("[]"):
            shape = shape.member
