"""What is read of access points, and how S3 says that there is none."""

from __future__ import annotations

import json

import pytest

from graph.aws.access_points import AccessPoint, find_access_point, policy_of_access_point
from graph.aws.client.gateway import Gateway
from graph.model.errors import AccessDenied, Upstream
from graph.sandbox import Fault, Sandbox
from graph.sandbox.access_points import find_access_point as kept
from tests.world import LAB


async def test_an_access_point_shows_what_is_behind_it(aws: Sandbox, gateway: Gateway) -> None:
    aws.bucket(LAB, "lab-b")
    account = gateway.bind(LAB)
    for name, vpc in (("open", None), ("of-vpc", "vpc-1")):
        aws.access_point(LAB, name, "lab-b", vpc)
        found = await find_access_point(account, name)
        assert found == AccessPoint("lab-b", LAB, only_from_vpc=vpc is not None)
    assert await find_access_point(account, "none") is None
    aws.interceptor.add(Fault("s3control.GET", "denied"))
    with pytest.raises(AccessDenied):
        await find_access_point(account, "open")


async def test_a_policy_is_read_and_what_is_none_is_upstream(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.bucket(LAB, "lab-b")
    point = kept(aws.access_point(LAB, "open", "lab-b"))
    account = gateway.bind(LAB)
    assert await policy_of_access_point(account, "open") is None
    assert await policy_of_access_point(account, "none") is None
    assert point is not None
    point.set_policy(json.dumps({"Statement": []}))
    assert await policy_of_access_point(account, "open") == {"Statement": []}
    point.set_policy("[")
    with pytest.raises(Upstream, match="access point 'open' could not be understood"):
        await policy_of_access_point(account, "open")
