"""Which resources an existing location uses; an unknown one counts by its own ARN."""

from __future__ import annotations

from typing import Any

import pytest

from graph.locations import resources_at
from graph.model.resources import Resource
from tests.locations.existing import ARN, NETWORK, at


@pytest.mark.parametrize(
    ("uri", "kind", "described"),
    [
        ("efs://fs-0123abcd/", "EFS", {}),
        ("efs://server/", "EFS", NETWORK),
        ("nfs://server/path", "NFS", {}),
        ("fsxw://fs-0123/", "FSX_WINDOWS", {}),
        ("new://x/", "NEW", {}),
    ],
)
def test_any_other_location_counts_by_its_own_arn(
    uri: str, kind: str, described: dict[str, Any]
) -> None:
    assert at(uri, kind, **described) == [Resource(ARN)]


def test_a_location_that_is_gone_counts_by_its_own_arn() -> None:
    assert resources_at(ARN, None) == [Resource(ARN)]
