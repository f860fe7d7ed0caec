"""Roles that are made while others are listed."""

from __future__ import annotations

from graph.sandbox import Sandbox
from tests import leftover
from tests.world import LAB


def test_roles_may_be_made_while_they_are_walked_through(aws: Sandbox) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    leftover.role("first")
    for role in iam_backends[LAB]["aws"].get_roles():
        leftover.role(f"beside-{role.name}")
    assert {arn.rpartition("/")[2] for arn in leftover.there(aws)} == {"first", "beside-first"}
