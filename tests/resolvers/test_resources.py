"""Whether a caller may use both ends of a mover that exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.context import Services
from graph.model.errors import Forbidden
from graph.model.mover import Mover
from graph.model.resources import ArnPattern, ResourceRule
from graph.resolvers import movers
from graph.resolvers.resources import require_use
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend, by_hand
from tests.resolvers.lab import asking, opened
from tests.world import LAB, OTHER, furnish

BUCKET = f"arn:aws:s3:::from-{LAB}"
MINE = {"groups": frozenset({"g"})}


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    furnish(aws, LAB)
    async with opened(tmp_path) as services:
        yield services


async def a_mover(aws: Sandbox, services: Services, *kinds: str) -> Mover:
    """A mover that was made without this server, between locations of those kinds."""
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    source, destination = kinds or ("S3", "S3")
    by_hand("g", (role, role), (source, destination))
    mover = await movers.find_mover(asking(services), LAB, "g", "one")
    aws.interceptor.forget_calls()
    return mover


def rules(*arns: str, account: str = LAB, group: str = "g") -> frozenset[ResourceRule]:
    return frozenset(ResourceRule(ArnPattern.parse(arn), account, group) for arn in arns)


async def test_a_caller_without_limits_is_not_looked_at(aws: Sandbox, services: Services) -> None:
    mover = await a_mover(aws, services)
    await require_use(asking(services), mover)
    assert aws.interceptor.counts() == {}


REFUSED: list[frozenset[ResourceRule] | None] = [
    None,
    frozenset(),
    rules(f"arn:aws:s3:::to-{LAB}"),
    rules(BUCKET, account=OTHER),
    rules(BUCKET, group="h"),
    rules(f"{BUCKET}/below/*"),
]


@pytest.mark.parametrize("given", REFUSED)
async def test_a_bucket_without_a_rule_is_refused(
    aws: Sandbox, services: Services, given: frozenset[ResourceRule] | None
) -> None:
    mover = await a_mover(aws, services)
    with pytest.raises(Forbidden, match=BUCKET):
        await require_use(asking(services, resources=given, **MINE), mover)


async def test_a_rule_for_the_bucket_allows_it(aws: Sandbox, services: Services) -> None:
    mover = await a_mover(aws, services)
    await require_use(asking(services, resources=rules(BUCKET), **MINE), mover)


@pytest.mark.parametrize("gone", [False, True])
async def test_what_has_no_arn_of_its_own_or_is_gone_counts_by_its_location(
    aws: Sandbox,
    services: Services,
    gone: bool,  # noqa: FBT001
) -> None:
    mover = await a_mover(aws, services, "S3", "S3" if gone else "NFS")
    task = await movers.task_of(asking(services), mover)
    if gone:
        del backend().locations[task.destination_arn]
    with pytest.raises(Forbidden, match=task.destination_arn):
        await require_use(asking(services, resources=rules(BUCKET), **MINE), mover)
    both: Any = rules(BUCKET, task.destination_arn)
    await require_use(asking(services, resources=both, **MINE), mover)
