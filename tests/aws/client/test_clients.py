"""Sessions and clients: how many are made, how long they last, and what they may cost."""

from __future__ import annotations

import asyncio
import re
from contextvars import copy_context

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.concurrency import Work, begin_work
from graph.model.errors import NotFound, Upstream
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import assumed, at_the_gate, errors_of, list_tasks
from tests.aws.client.endpoint import Endpoint
from tests.operations.crash import all_standing
from tests.world import LAB, ORG, OTHER, ROLE

THIRD = "444444444444"


async def test_200_concurrent_first_calls_assume_the_role_once(
    aws: Sandbox, gateway: Gateway
) -> None:
    await asyncio.gather(*(list_tasks(gateway) for _ in range(200)))
    assert assumed(aws) == 1


async def test_each_kind_of_access_has_a_session_of_its_own(aws: Sandbox, gateway: Gateway) -> None:
    for access in Access:
        await list_tasks(gateway, access=access)
        await list_tasks(gateway, access=access)
    assert [role.role_arn for role in aws.assumed()] == [f"arn:aws:iam::{LAB}:role/{ROLE}"] * 5
    assert [bool(role.policy) for role in aws.assumed()] == [False, False, True, True, True]
    assert len({role.access_key_id for role in aws.assumed()}) == 5


async def test_an_account_that_refuses_is_asked_once_and_keeps_nothing(
    aws: Sandbox, gateway: Gateway, clients: Clients
) -> None:
    errors = await errors_of(50, lambda: list_tasks(gateway, THIRD))
    assert {(type(error), str(error)) for error in errors} == {
        (NotFound, f"Account {THIRD} is not known, or does not let this server assume its role.")
    }
    assert assumed(aws) == 1
    assert len(clients) == 0


async def test_account_ids_from_anywhere_fill_no_memory(
    aws: Sandbox, gateway: Gateway, clients: Clients
) -> None:
    await list_tasks(gateway)
    for number in range(40):
        with pytest.raises(NotFound):
            await list_tasks(gateway, f"9{number:011}")
    assert len(clients) == 1
    assert len(gateway._slots) == 0
    assert assumed(aws) == 41


async def test_accounts_that_refuse_evict_no_credentials(aws: Sandbox) -> None:
    few = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1", most=2)
    for account in (LAB, OTHER):
        aws.role(account, ROLE, external_id="x-1")
    async with Gateway(few, org=ORG) as gateway:
        for account in (LAB, OTHER):
            await list_tasks(gateway, account)
        await asyncio.gather(
            *(list_tasks(gateway, f"9{number:011}") for number in range(40)),
            return_exceptions=True,
        )
        assert {key[0] for key in few._roles} == {LAB, OTHER}


async def test_one_caller_assumes_few_roles_at_a_time_and_delays_no_other(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("AssumeRole", "gate", count=5))
    context = copy_context()
    context.run(begin_work, Work(("flood", None, "request")))
    flood = [
        asyncio.create_task(list_tasks(gateway, f"9{number:011}"), context=context)
        for number in range(40)
    ]
    assert await asyncio.to_thread(all_standing, aws, 5)
    assert assumed(aws) == 5
    # The honest caller needs one of the accounts that the flood asked for before.
    aws.role("900000000039", ROLE, external_id="x-1")
    assert (await list_tasks(gateway, "900000000039"))["Tasks"] == []
    assert assumed(aws) == 6
    aws.interceptor.clear()
    await asyncio.gather(*flood, return_exceptions=True)


async def test_what_was_not_used_for_longest_is_closed_and_made_again(aws: Sandbox) -> None:
    few = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1", most=2)
    accounts = (LAB, OTHER, THIRD)
    for account in accounts:
        aws.role(account, ROLE, external_id="x-1")
    async with Gateway(few, org=ORG) as gateway:
        for account in (LAB, OTHER, LAB, THIRD):
            await list_tasks(gateway, account)
        assert [key[0] for key in few._roles] == [LAB, THIRD]
        assert assumed(aws) == 3
        await list_tasks(gateway, LAB)
        assert assumed(aws) == 3
        await list_tasks(gateway, OTHER)
        assert assumed(aws) == 4
    assert len(few) == 0


async def test_a_call_outlives_the_closing_of_its_client(aws: Sandbox) -> None:
    one = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1", most=1)
    for account in (LAB, OTHER):
        aws.role(account, ROLE, external_id="x-1")
    async with Gateway(one, org=ORG) as gateway:
        aws.interceptor.add(Fault("ListTasks", "gate", account=LAB))
        standing = asyncio.create_task(list_tasks(gateway, LAB))
        await at_the_gate(aws)
        await list_tasks(gateway, OTHER)
        assert [key[0] for key in one._roles] == [OTHER]
        aws.interceptor.open_gate()
        assert (await standing)["Tasks"] == []


async def test_a_session_that_is_over_is_opened_anew_once(aws: Sandbox, gateway: Gateway) -> None:
    await list_tasks(gateway)
    aws.end_sessions()
    await asyncio.gather(*(list_tasks(gateway) for _ in range(20)))
    assert assumed(aws) == 2


async def test_a_session_that_is_over_again_and_again_is_an_error(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.interceptor.add(Fault("ListTasks", "expired", count=100))
    with pytest.raises(Upstream):
        await list_tasks(gateway)
    assert aws.interceptor.counts()["datasync.ListTasks"] == 2


async def test_all_services_of_an_account_answer(aws: Sandbox, gateway: Gateway) -> None:
    for service, access, operation in (
        ("datasync", Access.READ, "list_locations"),
        ("resourcegroupstaggingapi", Access.READ, "get_resources"),
        ("iam", Access.MANAGE, "list_roles"),
    ):
        assert await gateway.bind(LAB).call(service, access, operation)


async def test_others_have_their_turn_between_the_making_of_two_clients(
    aws: Sandbox, clients: Clients
) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    accounts = [f"{number:012}" for number in range(10)]
    for account in accounts:
        aws.role(account, ROLE, external_id="x-1")
    async with clients:
        for account in accounts:
            await clients.get(account, "us-east-1", "datasync", Access.READ)
        beside = asyncio.create_task(others())
        await asyncio.gather(*(clients.get(a, "us-east-1", "iam", Access.READ) for a in accounts))
        beside.cancel()
    assert turns >= len(accounts)


@pytest.mark.asyncio(loop_scope="module")
async def test_calls_name_this_server_and_the_sdk(
    endpoint: Endpoint, endpoint_gateway: Gateway
) -> None:
    endpoint.fail("datasync", "InternalException", "no")
    with pytest.raises(Upstream):
        await list_tasks(endpoint_gateway)
    for agent in endpoint.user_agents:
        assert re.fullmatch(r"datasync-api/\S+ .*botocore/\S+", agent), agent
    assert len(endpoint.user_agents) == 1  # AssumeRole's and the call's
