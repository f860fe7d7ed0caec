"""Workflows: few per account at a time, and resumed behind their last journalled step."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import httpx
from dbos import DBOS

from graph.operations.runtime import runtime
from graph.sandbox import Fault, Sandbox
from tests.operations.crash import all_standing, left
from tests.world import CREATE, LAB, OPERATION, OTHER, ask, ended, furnish, made, new_mover, serving


async def created(client: httpx.AsyncClient, count: int) -> list[str]:
    """The ids of creates in one account, accepted at the same time."""
    answers = await asyncio.gather(
        *(ask(client, CREATE, input=new_mover(f"m-{index}")) for index in range(count))
    )
    return [answer["createMover"]["operation"]["id"] for answer in answers]


async def statuses(client: httpx.AsyncClient, ids: list[str]) -> list[str]:
    shown = [await ask(client, OPERATION, id=key) for key in ids]
    return sorted(answer["operation"]["status"] for answer in shown)


async def test_few_are_worked_on_at_a_time_and_the_others_wait_as_created(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in (LAB, OTHER):
        furnish(aws, account)
    aws.interceptor.add(Fault("CreateRole", "gate", count=1_000, account=LAB))
    async with serving(tmp_path) as client:
        runtime().limiter._per_account = 2
        ids = await created(client, 6)
        assert await asyncio.to_thread(all_standing, aws, 4)
        assert await statuses(client, ids) == ["CREATED"] * 4 + ["RUNNING"] * 2
        await made(client, account=OTHER)
        aws.interceptor.clear()
        shown = await asyncio.gather(*(ended(client, key) for key in ids))
        assert {operation["status"] for operation in shown} == {"COMPLETED"}, shown
    assert left(aws, LAB) == (6, 12, 12)


async def test_who_waits_for_a_turn_when_the_server_stops_goes_on_afterwards(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("CreateRole", "gate", count=1_000))
    async with serving(tmp_path, drain_seconds=0) as client:
        runtime().limiter._per_account = 1
        ids = await created(client, 3)
        assert await asyncio.to_thread(all_standing, aws, 2)
    aws.interceptor.clear()
    async with serving(tmp_path) as client:
        shown = await asyncio.gather(*(ended(client, key) for key in ids))
        assert {operation["status"] for operation in shown} == {"COMPLETED"}, shown
    assert left(aws, LAB) == (3, 6, 6)


async def test_a_create_that_asked_whose_work_it_is_leaves_the_same_journal(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        runtime().heartbeat._unbroken = math.inf  # as if it had been suspended
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert (await ended(client, payload["operation"]["id"]))["status"] == "COMPLETED"
        (workflow,) = await DBOS.list_workflows_async(name="create_mover")
        journal = await DBOS.list_workflow_steps_async(workflow.workflow_id)
    assert [step["function_name"] for step in journal] == ["make"]
