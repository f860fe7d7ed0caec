"""The account whose buckets the tests of isolation use."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from tests.rights.lab import BUCKETS
from tests.world import LAB, furnish


@pytest.fixture
def account(aws: Sandbox) -> Sandbox:
    furnish(aws, LAB)
    for bucket in BUCKETS:
        aws.bucket(LAB, bucket, {"lab/a": b"1", "b": b"2"})
    return aws
