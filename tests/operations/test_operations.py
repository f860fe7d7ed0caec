"""The service of operations: what it accepts, joins with another operation, or rejects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from dbos import DBOS

from graph.auth import token_for
from graph.model.errors import Upstream
from graph.sandbox import Fault, Sandbox
from graph.store import OperationRecords
from tests.operations.crash import left
from tests.operations.stories import CANCEL, DELETE, PATH, START, UPDATE
from tests.stores import BOTH, store_url
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover, serving, tell

RECORDED: Final = f"""{{
  account(id: "{LAB}") {{ movers {{ nodes {{ name }} }} }}
  operations {{ nodes {{ kind }} }}
  audit(first: 1) {{ nodes {{ phase errorCode }} }}
}}"""


async def test_deletes_of_one_mover_are_one_operation(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        aws.interceptor.add(Fault("DeleteTask", "gate"))
        first = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        joined = [(await ask(client, DELETE, id=mover))["deleteMover"] for _ in range(3)]
        assert {payload["operation"]["id"] for payload in joined} == {first}
        aws.interceptor.clear()
        assert (await client.delete(PATH)).status_code in (204, 404)
        assert (await ended(client, first))["status"] == "COMPLETED"
    assert left(aws, LAB) == (0, 0, 0)


async def test_a_mover_that_is_still_being_made_cannot_be_deleted_yet(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    aws.set_pace(creating=3_600)
    async with serving(tmp_path) as client:
        making = asyncio.create_task(made(client))
        aws.interceptor.add(Fault("DescribeTask", "gate-after"))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        aws.interceptor.clear()
        answer = await client.delete(PATH)
        assert (answer.status_code, "still being created" in answer.text) == (409, True)
        aws.turn(3_601)
        await making


@pytest.mark.parametrize("gate", ["CreateLocationS3", "CreateTask"])
async def test_by_its_name_a_mover_that_is_still_being_made_is_no_unknown_one(
    aws: Sandbox, tmp_path: Path, gate: str
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault(gate, "gate"))
    async with serving(tmp_path) as client:
        operation = (await ask(client, CREATE, input=new_mover()))["createMover"]["operation"]
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        answer = await client.delete(PATH)
        assert (answer.status_code, "still being created" in answer.text) == (409, True)
        assert (await client.delete(PATH.replace("one", "two"))).status_code == 404
        aws.interceptor.clear()
        await ended(client, operation["id"])
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == (0, 0, 0)


async def test_a_run_stands_in_the_way_unless_it_is_to_be_cancelled(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(launch=0, phase=0, bandwidth=1)
    async with serving(tmp_path) as client:
        mover = await made(client)
        assert (await ask(client, START, id=mover))["startMover"]["errors"] == []
        refused = (await ask(client, DELETE, id=mover))["deleteMover"]
        assert [error["code"] for error in refused["errors"]] == ["ALREADY_RUNNING"]
        assert (await client.delete(PATH)).status_code == 409
        assert left(aws, LAB) == (1, 2, 2)
        taken_on = (await ask(client, CANCEL, id=mover))["deleteMover"]
        operation = await ended(client, taken_on["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
    assert left(aws, LAB) == (0, 0, 0)


async def test_a_quota_that_is_known_is_answered_at_once(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    keys = [{"name": "h", "key": "key of h", "groups": ["h"], "write": True}]
    async with serving(tmp_path, task_quota=1, keys=keys, resource_check="none") as client:
        await made(client)
        payload = (await ask(client, CREATE, input=new_mover("two")))["createMover"]
        assert [error["code"] for error in payload["errors"]] == ["QUOTA_EXCEEDED"]
        assert "has 1 DataSync tasks" in payload["errors"][0]["message"]
        client.headers["X-Auth-Token"] = token_for("key of h", 4)
        payload = (await ask(client, CREATE, input=new_mover("two", "h")))["createMover"]
        assert [error["code"] for error in payload["errors"]] == ["QUOTA_EXCEEDED"]
        assert "has as many DataSync tasks as" in payload["errors"][0]["message"]
    assert left(aws, LAB) == (1, 2, 2)


async def test_one_group_and_one_key_leave_room_to_the_others(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    limits = {"task_quota": 4, "group_quota_percent": 50, "operations_per_caller": 3}

    async def codes(client: httpx.AsyncClient, name: str, group: str) -> list[str]:
        payload = (await ask(client, CREATE, input=new_mover(name, group)))["createMover"]
        return [error["code"] for error in payload["errors"]]

    async with serving(tmp_path, **limits) as client:
        await made(client, group="lab")
        aws.interceptor.add(Fault("CreateTask", "gate", count=3))
        assert await codes(client, "two", "lab") == []
        assert await codes(client, "three", "lab") == ["QUOTA_EXCEEDED"]
        assert await codes(client, "one", "shop") == []
        aws.interceptor.clear()


@pytest.mark.parametrize("kind", BOTH)
async def test_of_many_creates_at_once_as_many_are_accepted_as_the_quota_has_room_for(
    aws: Sandbox, tmp_path: Path, kind: str
) -> None:
    furnish(aws, LAB)
    with store_url(kind, tmp_path) as url:
        async with serving(tmp_path, task_quota=3, store_url=url) as client:
            await made(client)
            aws.interceptor.add(Fault("CreateTask", "gate", count=2))
            answers = await asyncio.gather(
                *(ask(client, CREATE, input=new_mover(f"n{index}")) for index in range(4))
            )
            payloads = [answer["createMover"] for answer in answers]
            codes = [error["code"] for payload in payloads for error in payload["errors"]]
            assert codes == ["QUOTA_EXCEEDED"] * 2
            aws.interceptor.clear()
            for payload in payloads:
                if payload["operation"]:
                    await ended(client, payload["operation"]["id"])
    assert left(aws, LAB) == (3, 6, 6)


async def test_a_create_that_was_accepted_is_told_so_where_the_store_goes_away_right_then(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(aws, LAB)

    async def away(_operations: OperationRecords, _operation_id: str) -> None:
        raise Upstream("the store is away")

    given = new_mover() | {"idempotencyKey": "k"}
    async with serving(tmp_path) as client:
        with monkeypatch.context() as patched:
            patched.setattr(OperationRecords, "get", away)
            first = (await ask(client, CREATE, input=given))["createMover"]["operation"]
            again = await tell(client, CREATE, input=given)
        assert first["status"] == "CREATED"
        assert "request was accepted" in str(again), again
        assert (await ended(client, first["id"]))["status"] == "COMPLETED"


@pytest.mark.parametrize("lag", [0.0, 3_600.0])
async def test_a_name_is_not_given_twice_whatever_the_tagging_api_knows(
    aws: Sandbox, tmp_path: Path, lag: float
) -> None:
    furnish(aws, LAB)
    aws.set_pace(tagging_lag=lag)
    async with serving(tmp_path) as client:
        await made(client)
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert [error["code"] for error in payload["errors"]] == ["NAME_TAKEN"]
        await made(client, group="other")
    assert left(aws, LAB) == (2, 4, 4)


@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        (DELETE, lambda mover: {"id": mover}),
        (UPDATE, lambda mover: {"input": {"mover": mover, "name": "two"}}),
        (START, lambda mover: {"id": mover}),
    ],
)
async def test_a_change_that_aws_holds_until_the_server_has_closed_is_not_begun(  # noqa: PLR0913, PLR0917 - fixtures
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    mutation: str,
    given: Callable[[str], dict[str, Any]],
) -> None:
    furnish(aws, LAB)
    destroy = DBOS.destroy

    def destroy_and_answer() -> None:
        destroy()
        aws.interceptor.clear()

    monkeypatch.setattr(DBOS, "destroy", destroy_and_answer)
    async with serving(tmp_path, drain_seconds=0) as client:
        mover = await made(client)
        aws.interceptor.add(Fault("DescribeTask", "gate"))
        asked = asyncio.create_task(tell(client, mutation, **given(mover)))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
    await asyncio.gather(asked, return_exceptions=True)
    assert [each for each in caplog.records if each.levelname in {"WARNING", "ERROR"}] == []
    async with serving(tmp_path) as client:
        recorded = await ask(client, RECORDED)
    assert recorded["account"]["movers"]["nodes"] == [{"name": "one"}]
    assert recorded["operations"]["nodes"] == [{"kind": "CREATE_MOVER"}]
    assert recorded["audit"]["nodes"] == [{"phase": "FAILED", "errorCode": "INTERRUPTED"}]
