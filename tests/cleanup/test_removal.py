"""Orphans are checked again before they are removed; what prevents a removal is reported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph.aws.client.gateway import Gateway
from graph.cleanup.orphans import find_orphans
from graph.cleanup.removal import remove_orphans
from graph.model.errors import AccessDenied, Conflict
from graph.model.orphan import Bounds, Orphan
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.world import LAB

BOUNDS = Bounds(made_before=datetime.now(UTC) + timedelta(days=1))


async def found(gateway: Gateway) -> list[Orphan]:
    return await find_orphans(gateway.bind(LAB), BOUNDS)


async def test_a_location_goes_with_the_role_that_it_alone_read_with(
    aws: Sandbox, gateway: Gateway
) -> None:
    role = leftover.role("lost")
    location = leftover.location(role)
    orphans = await found(gateway)
    for _ in range(2):  # what is gone already is no error
        results = await remove_orphans(gateway.bind(LAB), orphans[::-1], BOUNDS)
        assert results == {location: None, role: None}
        assert leftover.there(aws) == set()


async def test_what_is_used_since_it_was_found_stays(aws: Sandbox, gateway: Gateway) -> None:
    role, unread = leftover.role("lost"), leftover.role("unread")
    location = leftover.location(role)
    orphans = await found(gateway)
    task, reader = leftover.task(location, location), leftover.location(unread)
    results = await remove_orphans(gateway.bind(LAB), orphans, BOUNDS)
    assert {arn: type(error) for arn, error in results.items()} == dict.fromkeys(
        (location, role, unread), Conflict
    )
    assert task.rpartition("/")[2] in str(results[location])
    assert reader.rpartition("/")[2] in str(results[unread])
    assert leftover.there(aws) == {role, unread, location, task, reader}


async def test_a_location_that_has_lost_the_organisations_tags_stays(
    aws: Sandbox, gateway: Gateway
) -> None:
    location = leftover.location(leftover.role("lost"))
    orphans = await found(gateway)
    leftover.datasync().location(location).tags = {"team": "blue"}
    results = await remove_orphans(gateway.bind(LAB), orphans, BOUNDS)
    assert "no longer carries the organisation's tags" in str(results[location])
    assert location in leftover.there(aws)


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(made_before=BOUNDS.made_before, operations=frozenset(["op-1"])),
        Bounds(made_before=BOUNDS.made_before, groups=frozenset(["g"])),
    ],
    ids=["operation", "group"],
)
async def test_what_an_operation_needs_that_began_since_then_stays(
    aws: Sandbox, gateway: Gateway, bounds: Bounds
) -> None:
    tags = leftover.tags(operation="op-1")
    location = leftover.location(leftover.role("read", operation="op-1"), tags)
    unread = leftover.role("unread", operation="op-1")
    orphans = await found(gateway)
    before = leftover.there(aws)
    results = await remove_orphans(gateway.bind(LAB), orphans, bounds)
    for arn in (location, unread):
        assert "in progress" in str(results[arn])
    assert leftover.there(aws) == before


async def test_one_that_aws_denies_keeps_no_other_from_going(
    aws: Sandbox, gateway: Gateway
) -> None:
    role = leftover.role("unread")
    locations = {leftover.location(leftover.role(f"r-{index}")) for index in range(2)}
    orphans = [each for each in await found(gateway) if each.arn in {*locations, role}]
    aws.interceptor.add(Fault("DeleteLocation", "denied", count=1))
    results = await remove_orphans(gateway.bind(LAB), orphans, BOUNDS)
    (denied,) = (arn for arn, error in results.items() if error is not None)
    assert isinstance(results[denied], AccessDenied)
    assert leftover.there(aws) & {*locations, role} == {denied}


async def test_without_orphans_nothing_is_asked(aws: Sandbox, gateway: Gateway) -> None:
    assert await remove_orphans(gateway.bind(LAB), [], BOUNDS) == {}
    assert aws.interceptor.counts() == {}
