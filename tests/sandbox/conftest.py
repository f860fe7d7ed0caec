"""An account with two buckets, for tests of the sandbox."""

from __future__ import annotations

import pytest

from graph.sandbox import Pace, Sandbox
from tests.sandbox.lab import LAB


@pytest.fixture
def lab(aws: Sandbox) -> Sandbox:
    """An agent, two buckets with roles, and a pace of round numbers: 1,000 bytes a second."""
    aws.set_pace(**vars(Pace(1000, launch=2, phase=1, per_object=0, listing=0, verifying=0)))
    aws.turn(0)
    aws.role(LAB, "management", external_id="x-1")
    for name in ("from", "to"):
        aws.bucket(LAB, f"{name}-{LAB}")
        aws.role(LAB, f"reads-{name}", service="datasync.amazonaws.com", bucket=f"{name}-{LAB}")
    aws.agent(LAB, "agent", agent_id="0" * 17)
    return aws
