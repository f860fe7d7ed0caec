"""A server of several regions: what is kept and limited for one says nothing about another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.client.served import Served
from graph.aws.client.slots import PER_CALLER
from graph.aws.executions import list_runs
from graph.aws.latest_executions import runs_newest_first
from graph.aws.movers import find_mover, list_movers
from graph.aws.role_users import users_of
from graph.aws.tasks import describe_task, tasks_using
from graph.model.mover import Account
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.operations.crash import all_standing
from tests.world import LAB, ORG, furnish

HOME, FAR = "us-east-1", "eu-west-1"


@pytest.fixture
async def gateway(aws: Sandbox, clients: Clients) -> AsyncIterator[Gateway]:
    furnish(aws, LAB)
    async with Gateway(clients, org=ORG, served=Served(regions=(HOME, FAR))) as opened:
        yield opened


def mover(region: str, name: str = "one") -> str:
    end = leftover.location(leftover.role(f"{name}-{region}"), region=region)
    return leftover.task(end, end, name, leftover.tags(), region)


async def test_movers_of_one_name_are_told_apart_by_their_region(gateway: Gateway) -> None:
    arns = {region: mover(region) for region in (HOME, FAR)}
    for region, arn in arns.items():
        aws = gateway.bind(LAB, region)
        found = await find_mover(aws, "g", "one")
        assert found is not None
        assert (found.task_arn, found.account) == (arn, Account(LAB, region))
        assert [each.task_arn for each in await list_movers(aws)] == [arn]
        assert gateway.caches.task_arns[LAB, region, "g", "one"] == arn
        assert (await describe_task(gateway, arn)).task_arn == arn


async def test_a_change_in_one_region_leaves_the_list_of_another(
    aws: Sandbox, gateway: Gateway
) -> None:
    mover(HOME)
    mover(FAR)
    home, far = gateway.in_regions(LAB)
    for each in (home, far):
        await list_movers(each)
    aws.interceptor.forget_calls()
    end = leftover.location(leftover.role("spare"), region=FAR)
    await far.call("datasync", Access.MANAGE, "delete_location", LocationArn=end)
    await list_movers(home, snapshot=True)
    assert "datasync.ListTasks" not in aws.interceptor.counts()
    await list_movers(far, snapshot=True)
    assert aws.interceptor.counts()["datasync.ListTasks"] == 1


async def test_the_order_of_runs_is_learned_for_each_region(gateway: Gateway) -> None:
    task = mover(FAR)
    for _ in range(2):
        await gateway.of(task).call("datasync", Access.RUN, "start_task_execution", TaskArn=task)
    listed = [ref.run_arn for ref in await list_runs(gateway, task)]
    newest = [ref.run_arn for ref in await runs_newest_first(gateway, task)]
    assert newest in (listed, listed[::-1])
    assert gateway.caches.newest_first.keys() == {(LAB, FAR)}


async def test_calls_that_hang_in_one_region_leave_the_slots_of_another(
    aws: Sandbox, gateway: Gateway
) -> None:
    home, far = gateway.in_regions(LAB)
    for each in (home, far):
        await each.call("datasync", Access.READ, "list_tasks")
    aws.interceptor.add(Fault("ListTasks", "gate", count=PER_CALLER))
    flood = [
        asyncio.create_task(home.call("datasync", Access.READ, "list_tasks")) for _ in range(60)
    ]
    assert await asyncio.to_thread(all_standing, aws, PER_CALLER)
    assert (await far.call("datasync", Access.READ, "list_tasks"))["Tasks"] == []
    assert not any(call.done() for call in flood)
    aws.interceptor.clear()
    await asyncio.gather(*flood)


async def test_one_role_is_assumed_for_all_regions(aws: Sandbox, gateway: Gateway) -> None:
    for each in gateway.in_regions(LAB):
        await each.call("datasync", Access.READ, "list_tasks")
    assert aws.interceptor.counts()["sts.AssumeRole"] == 1


@pytest.mark.parametrize("end", [HOME, FAR])
@pytest.mark.parametrize("region", [HOME, FAR])
async def test_a_location_is_used_by_tasks_of_every_region(
    gateway: Gateway, region: str, end: str
) -> None:
    used = leftover.location(leftover.role("reader"), region=end)
    task = leftover.task(used, used, region=region)
    assert await tasks_using(gateway, used) == [task]


@pytest.mark.parametrize("asked", [HOME, FAR])
@pytest.mark.parametrize("region", [HOME, FAR])
async def test_a_role_is_used_by_locations_of_every_region(
    gateway: Gateway, region: str, asked: str
) -> None:
    role, named = leftover.role("shared"), leftover.role("one-12345")
    user = leftover.location(role, [], region)
    of_mover = leftover.location(named, region=region)
    leftover.task(of_mover, of_mover, "one", leftover.tags(), region)
    found = await users_of(gateway.bind(LAB, asked), [role, named])
    assert found == {role: {user}, named: {of_mover}}
