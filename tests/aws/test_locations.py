"""Locations of every kind, listed and described."""

from __future__ import annotations

from typing import Any

import pytest
from moto.datasync.models import datasync_backends

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location, list_locations
from graph.locations import KINDS, kind_of
from graph.sandbox import Sandbox
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB


async def location(aws: Sandbox, gateway: Gateway, kind: str) -> str:
    aws.agent(LAB, agent_id="0" * 17)
    operation = f"create_location_{KINDS[kind].operation}"
    made = await gateway.bind(LAB).call("datasync", Access.MANAGE, operation, **LOCATIONS[kind])
    return str(made["LocationArn"])


@pytest.mark.parametrize("kind", sorted(LOCATIONS))
async def test_a_location_of_any_kind_is_described_by_its_arn_alone(
    aws: Sandbox, gateway: Gateway, kind: str
) -> None:
    arn = await location(aws, gateway, kind)
    aws.interceptor.forget_calls()
    shown = await describe_location(gateway, arn)
    assert shown is not None
    assert (shown.kind, kind_of(shown.uri)) == (kind, kind)
    assert "hidden" not in str(shown.described)
    assert sum(aws.interceptor.counts().values()) <= 4  # AssumeRole, S3 in vain, the list, its own
    aws.interceptor.forget_calls()
    await describe_location(gateway, arn)
    assert sum(aws.interceptor.counts().values()) == 1


async def test_a_location_that_is_gone_is_none_whether_its_kind_is_known_or_not(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn = await location(aws, gateway, "NFS")
    await describe_location(gateway, arn)
    await gateway.bind(LAB).call("datasync", Access.MANAGE, "delete_location", LocationArn=arn)
    assert await describe_location(gateway, arn) is None
    gateway.caches.location_kinds.pop(arn)
    assert await describe_location(gateway, arn) is None


async def test_a_kind_that_is_new_to_the_server_is_shown_by_its_scheme(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn = await location(aws, gateway, "NFS")
    made: Any = datasync_backends[LAB]["us-east-1"].locations[arn]
    type(made).uri, before = property(lambda _: "tape-robot://x/"), type(made).uri
    try:
        shown = await describe_location(gateway, arn)
        assert await list_locations(gateway.bind(LAB)) == {arn: "tape-robot://x/"}
    finally:
        type(made).uri = before
    assert shown is not None
    assert (shown.kind, shown.uri, shown.described) == ("TAPE_ROBOT", "tape-robot://x/", {})
