"""The cleanup service: scans are shared, and bounded by what is in progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from graph.aws.client.gateway import Gateway
from graph.cleanup.service import Cleanup
from graph.sandbox import Fault, Sandbox
from graph.store import open_store
from tests import leftover
from tests.aws.calls import at_the_gate
from tests.stores import migrated_file
from tests.world import HERE


@pytest_asyncio.fixture
async def cleanup(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Cleanup]:
    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        yield Cleanup(gateway, store, age=-1)


async def test_equal_requests_at_the_same_time_share_one_scan(
    aws: Sandbox, cleanup: Cleanup
) -> None:
    role = leftover.role("lost-role")
    aws.interceptor.add(Fault("ListRoles", "gate"))
    scans = [asyncio.create_task(cleanup.find(HERE)) for _ in range(20)]
    await at_the_gate(aws)
    aws.interceptor.clear()
    for found in await asyncio.gather(*scans):
        assert [orphan.arn for orphan in found] == [role]
    assert aws.interceptor.counts()["iam.ListRoles"] == 1
    await cleanup.find(HERE)
    assert aws.interceptor.counts()["iam.ListRoles"] == 2


async def test_a_scan_that_began_before_a_removal_is_not_shared_after_it(
    aws: Sandbox, cleanup: Cleanup
) -> None:
    role = leftover.role("lost-role")
    found = await cleanup.find(HERE)
    aws.interceptor.add(Fault("ListRoles", "gate-after"))
    before = asyncio.create_task(cleanup.find(HERE))
    await at_the_gate(aws)
    assert await cleanup.remove(HERE, found) == {role: None}
    assert await cleanup.find(HERE) == []
    aws.interceptor.clear()
    await before
