"""Orphans: locations that no task uses, and roles that no location in use reads with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.client.served import Served
from graph.cleanup.orphans import NO_TASK, NOTHING, ORPHANS_ONLY, find_orphans, readers_of
from graph.model.orphan import Bounds
from graph.sandbox import Sandbox
from tests import leftover
from tests.world import LAB, ORG, ROLE, furnish

HOME, FAR = "us-east-1", "eu-west-1"

NOW = datetime.now(UTC)
ANY_AGE = Bounds(made_before=NOW + timedelta(days=1))


async def reasons(gateway: Gateway, bounds: Bounds = ANY_AGE) -> dict[str, str]:
    return {orphan.arn: orphan.why for orphan in await find_orphans(gateway.bind(LAB), bounds)}


async def test_a_location_comes_before_the_role_that_it_alone_reads_with(
    gateway: Gateway,
) -> None:
    role = leftover.role("lost")
    location, unread = leftover.location(role), leftover.role("unread")
    found = await reasons(gateway)
    assert found == {location: NO_TASK, role: ORPHANS_ONLY, unread: NOTHING}
    assert next(iter(found)) == location


async def test_what_a_task_needs_is_none(gateway: Gateway) -> None:
    role = leftover.role("used")
    used, unused = leftover.location(role), leftover.location(role)
    leftover.task(used, used)
    assert await reasons(gateway) == {unused: NO_TASK}


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "lambda.amazonaws.com"])
async def test_a_role_that_another_service_may_assume_is_none(
    gateway: Gateway, service: str
) -> None:
    leftover.role("of-others", service=service)
    assert await reasons(gateway) == {}


async def test_what_is_not_tagged_as_the_organisations_is_none(gateway: Gateway) -> None:
    role = leftover.role("foreign", path="/elsewhere/")
    leftover.location(role, [])
    leftover.location(role, leftover.tags(org="other"))
    assert await reasons(gateway) == {}


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(made_before=NOW - timedelta(days=1)),
        Bounds(made_before=ANY_AGE.made_before, operations=frozenset(["op-1"])),
        Bounds(made_before=ANY_AGE.made_before, groups=frozenset(["g"])),
    ],
    ids=["young", "operation", "group"],
)
async def test_what_is_young_or_may_still_be_needed_is_none(
    gateway: Gateway, bounds: Bounds
) -> None:
    role = leftover.role("lost", operation="op-1")
    location = leftover.location(role, leftover.tags(operation="op-1"))
    assert await reasons(gateway, bounds) == {}
    assert await reasons(gateway) == {location: NO_TASK, role: ORPHANS_ONLY}


async def test_a_location_that_the_tagging_api_still_shows_is_none(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.set_pace(ghosts=1_000)
    role = leftover.role("lost")
    leftover.datasync().delete_location(leftover.location(role))
    assert await reasons(gateway) == {role: NOTHING}


async def test_the_readers_of_a_role_are_all_locations_that_name_it(gateway: Gateway) -> None:
    one, two = leftover.role("one"), leftover.role("two")
    of_one = {leftover.location(one) for _ in range(2)}
    of_two = leftover.location(two)
    account = gateway.bind(LAB)
    arns = [*of_one, of_two]
    assert await readers_of(account, arns) == {one: of_one, two: {of_two}}
    leftover.datasync().delete_location(of_two)
    assert await readers_of(account, arns) == {one: of_one}


async def test_a_role_that_a_mover_needs_in_another_region_is_none(gateway: Gateway) -> None:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    role, home = leftover.role("abroad"), leftover.role("home")
    params = {
        "S3BucketArn": f"arn:aws:s3:::from-{LAB}",
        "S3Config": {"BucketAccessRoleArn": role},
    }
    source = datasync_backends[LAB]["eu-west-1"].create_location("S3", None, params).arn
    leftover.task(source, leftover.location(home))
    assert await reasons(gateway) == {}


@pytest.fixture
async def of_two_regions(aws: Sandbox) -> AsyncIterator[Gateway]:
    furnish(aws, LAB)
    clients = Clients(region=HOME, role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG, served=Served(regions=(HOME, FAR))) as opened:
        yield opened


async def found_in(gateway: Gateway, region: str) -> set[str]:
    return {each.arn for each in await find_orphans(gateway.bind(LAB, region), ANY_AGE)}


async def test_an_orphan_belongs_to_one_region_and_a_role_to_that_of_its_trust_policy(
    of_two_regions: Gateway,
) -> None:
    roles = {each: leftover.role(f"of-{each}", region=each) for each in (HOME, FAR, "ap-south-1")}
    old = leftover.role("of-the-original")
    there = {each: leftover.location(roles[each], region=each) for each in (HOME, FAR)}
    assert await found_in(of_two_regions, FAR) == {there[FAR], roles[FAR]}
    assert await found_in(of_two_regions, HOME) == {
        there[HOME],
        roles[HOME],
        roles["ap-south-1"],
        old,
    }


@pytest.mark.parametrize("end", [HOME, FAR])
@pytest.mark.parametrize("region", [HOME, FAR])
async def test_what_another_region_uses_is_none(
    of_two_regions: Gateway, region: str, end: str
) -> None:
    role = leftover.role("used", region=end)
    used = leftover.location(role, region=end)
    leftover.task(used, used, region=region)
    assert await found_in(of_two_regions, HOME) == set()
    assert await found_in(of_two_regions, FAR) == set()
