"""Buckets: their tags, and whether they exist."""

from __future__ import annotations

import pytest

from graph.aws.buckets import is_missing, tags_of_bucket
from graph.aws.client.gateway import Gateway
from graph.sandbox import Fault, Sandbox
from tests.world import LAB, furnish


async def test_a_bucket_without_tags_is_not_missing(aws: Sandbox, gateway: Gateway) -> None:
    furnish(aws, LAB)
    account = gateway.bind(LAB)
    assert await tags_of_bucket(account, f"from-{LAB}") == ()
    assert not await is_missing(account, f"from-{LAB}")


async def test_a_bucket_that_s3_does_not_know_is_missing(aws: Sandbox, gateway: Gateway) -> None:
    furnish(aws, LAB)
    assert await tags_of_bucket(gateway.bind(LAB), "nowhere") == ()
    assert await is_missing(gateway.bind(LAB), "nowhere")


@pytest.mark.parametrize("kind", ["denied", "error", "throttle", "unsent"])
async def test_a_bucket_of_which_nothing_is_said_is_not_missing(
    aws: Sandbox, gateway: Gateway, kind: str
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("s3.GET", kind, count=100))
    assert not await is_missing(gateway.bind(LAB), "nowhere")
