"""The locations that use a role: found in large accounts too, with no more calls."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.role_users import users_of
from graph.sandbox import Sandbox
from tests import leftover
from tests.operations.by_hand import backend, by_hand
from tests.world import LAB, ORG, furnish

ROLE = f"arn:aws:iam::{LAB}:role/spinup/{ORG}/g/"
ABROAD = "eu-west-1"


def listless(aws: Sandbox) -> int:
    """How many calls were made, apart from the pages of lists and from STS."""
    paged = ("ListLocations", "ListTasks", "GetResources", "AssumeRole")
    counts = aws.interceptor.counts()
    return sum(n for name, n in counts.items() if name.partition(".")[2] not in paged)


def many(aws: Sandbox, count: int) -> None:
    """Movers as the original server makes them: all in one bucket, each with a role of its own."""
    aws.set_pace(tasks=count + 10)
    for number in range(count):
        role = leftover.role(f"m-{number:03}-12345")
        by_hand("g", (role, role), name=f"m-{number:03}")


async def test_the_users_of_a_role_are_the_locations_that_name_it(
    aws: Sandbox, gateway: Gateway
) -> None:
    furnish(aws, LAB)
    one, two, three = (leftover.role(name) for name in ("one", "two", "three"))
    of_one = {leftover.location(one) for _ in range(2)}
    of_two = leftover.location(two)
    account = gateway.bind(LAB)
    assert await users_of(account, [one, two, three]) == {one: of_one, two: {of_two}}
    assert await users_of(account, []) == {}
    leftover.datasync().delete_location(of_two)
    assert await users_of(account, [two, three]) == {}


@pytest.mark.parametrize("count", [10, 120])
async def test_the_cost_does_not_grow_with_the_account(
    aws: Sandbox, gateway: Gateway, count: int
) -> None:
    furnish(aws, LAB)
    many(aws, count)
    role = f"{ROLE}m-003-12345"
    for _ in ("cold", "warm"):
        aws.interceptor.forget_calls()
        users = await users_of(gateway.bind(LAB), [role])
        assert len(users[role]) == 2
        assert listless(aws) <= 2 * 10 + 3


async def test_in_a_large_account_movers_of_the_name_are_found_in_other_groups(
    aws: Sandbox, gateway: Gateway
) -> None:
    furnish(aws, LAB)
    many(aws, 60)
    role = f"{ROLE}m-059-12345"
    task = by_hand("other", (role, role), name="m-059")
    users = await users_of(gateway.bind(LAB), [role])
    assert {task.source.arn, task.destination.arn} < users[role]
    assert len(users[role]) == 4


async def test_locations_of_other_buckets_are_not_looked_at(aws: Sandbox, gateway: Gateway) -> None:
    furnish(aws, LAB)
    role = leftover.role("one")
    user = leftover.location(role)
    for number in range(60):
        elsewhere = leftover.location(leftover.role(f"r-{number}"))
        backend().locations[elsewhere].params["S3BucketArn"] = f"arn:aws:s3:::to-{LAB}"
    aws.interceptor.forget_calls()
    assert await users_of(gateway.bind(LAB), [role]) == {role: {user}}
    assert aws.interceptor.counts()["datasync.DescribeLocationS3"] == 1


@pytest.mark.parametrize("found_by", ["name", "region"])
async def test_a_location_in_another_region_is_a_user(
    aws: Sandbox, gateway: Gateway, found_by: str
) -> None:
    furnish(aws, LAB)
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    role = leftover.role("one-12345")
    params = {
        "S3BucketArn": f"arn:aws:s3:::from-{LAB}",
        "S3Config": {"BucketAccessRoleArn": role},
    }
    user = datasync_backends[LAB][ABROAD].create_location("S3", None, params).arn
    near = []
    if found_by == "name":
        home = leftover.location(leftover.role("other"))
        leftover.task(user, home, "one", leftover.tags())
    else:
        near = [f"arn:aws:datasync:{ABROAD}:{LAB}:location/loc-00000000000000000"]
    assert await users_of(gateway.bind(LAB), [role], near) == {role: {user}}
