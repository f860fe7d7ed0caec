"""Who may see orphans, and who may remove them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from graph.cleanup.orphans import find_orphans
from graph.cleanup.removal import remove_orphans
from graph.context import Services
from graph.model.errors import Conflict, Forbidden, NotFound
from graph.resolvers import orphans
from graph.sandbox import Sandbox
from tests import leftover
from tests.resolvers.lab import asking, opened
from tests.world import LAB, OTHER, furnish


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    furnish(aws, LAB)
    async with opened(tmp_path, LAB, age=-1) as services:
        yield services


async def test_a_caller_sees_the_orphans_of_its_groups(services: Services) -> None:
    mine, other = leftover.role("mine"), leftover.role("other", "h")
    nobodys = leftover.location(
        mine, [tag for tag in leftover.tags() if "spaceid" not in tag["Key"]]
    )
    everything = {orphan.arn for orphan in await orphans.list_orphans(asking(services), LAB)}
    assert everything == {mine, other, nobodys}
    context = asking(services, groups=frozenset({"h"}))
    assert [orphan.arn for orphan in await orphans.list_orphans(context, LAB)] == [other]
    done = await orphans.clean_orphans(context, LAB, [mine, other], dry_run=False)
    assert [orphan.arn for orphan in done.removed] == [other]
    assert done.failures == ((mine, "it is not an orphan, or it no longer exists"),)


async def test_an_account_that_is_not_the_callers_looks_like_none(services: Services) -> None:
    context = asking(services, accounts=frozenset({OTHER}))
    with pytest.raises(NotFound) as unseen:
        await orphans.list_orphans(context, LAB)
    with pytest.raises(NotFound) as unserved:
        await orphans.list_orphans(asking(services), OTHER)
    assert str(unseen.value).replace(LAB, OTHER) == str(unserved.value)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_who_may_only_read_cleans_nothing(services: Services, dry_run: bool) -> None:  # noqa: FBT001
    role = leftover.role("r")
    context = asking(services, may_write=False)
    with pytest.raises(Forbidden):
        await orphans.clean_orphans(context, LAB, None, dry_run=dry_run)
    with pytest.raises(Forbidden):
        await orphans.list_orphans(context, LAB)
    assert [orphan.arn for orphan in await orphans.list_orphans(asking(services), LAB)] == [role]


async def test_each_is_looked_at_again_before_it_goes(aws: Sandbox, services: Services) -> None:
    roles = [leftover.role(f"r{index}") for index in range(3)]
    locations = [leftover.location(roles[0]) for _ in range(3)]
    bounds = await services.cleanup._bounds(LAB)
    found = await find_orphans(services.gateway.bind(LAB), bounds)
    assert {orphan.arn for orphan in found} == {*roles, *locations}
    task = leftover.task(locations[0], locations[0])
    leftover.datasync().location(locations[1]).tags = {"spinup:org": "other"}
    reading = leftover.location(roles[1], [])
    results = await remove_orphans(services.gateway.bind(LAB), found, bounds)
    assert {arn for arn, error in results.items() if error is None} == {locations[2], roles[2]}
    assert {type(error) for error in results.values() if error} == {Conflict}
    assert leftover.there(aws) == {*roles[:2], *locations[:2], task, reading}
