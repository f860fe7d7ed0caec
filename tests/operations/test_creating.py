"""Creates under failures: each ends, with exactly its parts or with none."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.roles import delete_role, ensure_role
from graph.model.errors import Conflict, Upstream
from graph.model.mover import OPERATION_TAG, PART_TAG, Tag
from graph.model.resources import Resource
from graph.sandbox import Fault, Sandbox
from graph.store import OperationRecords
from tests.operations.crash import left
from tests.world import CREATE, LAB, ORG, ROLE, ask, ended, furnish, made, new_mover, serving

BUCKET = f"arn:aws:s3:::from-{LAB}"


def within_one_bucket() -> dict[str, Any]:
    ends = {
        side: {"s3": {"bucketArn": BUCKET, "subdirectory": f"/{side}"}}
        for side in ("source", "destination")
    }
    return new_mover() | ends


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_both_sides_in_one_bucket_stay_two_when_answers_are_lost(
    aws: Sandbox, tmp_path: Path, count: int
) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("CreateLocationS3", "lost", count=count))
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=within_one_bucket()))["createMover"]
        operation = await ended(client, payload["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
        query = f'{{ mover(account: "{LAB}", group: "g", name: "one") {{ %s }} }}'
        ends = "source { arn uri } destination { arn uri }"
        mover = (await ask(client, query % ends))["mover"]
    assert left(aws, LAB) == (1, 2, 2)
    assert mover["source"]["uri"].endswith("/source/")
    assert mover["destination"]["uri"].endswith("/destination/")


async def test_a_side_on_efs_has_no_role_and_is_found_again(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("CreateLocationEfs", "lost", count=2))
    home = f"us-east-1:{LAB}"
    efs = {
        "filesystemArn": f"arn:aws:elasticfilesystem:{home}:file-system/fs-0123abcd",
        "subnetArn": f"arn:aws:ec2:{home}:subnet/subnet-0123abcd",
        "securityGroupArns": [f"arn:aws:ec2:{home}:security-group/sg-0123abcd"],
    }
    async with serving(tmp_path) as client:
        given = new_mover() | {"source": {"efs": efs}}
        payload = (await ask(client, CREATE, input=given))["createMover"]
        operation = await ended(client, payload["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
    assert left(aws, LAB) == (1, 2, 1)


async def test_every_part_carries_the_marks_and_no_client_sees_them(
    aws: Sandbox, tmp_path: Path
) -> None:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        query = f"""{{ mover(account: "{LAB}", group: "g", name: "one") {{ tags {{ key }}
          source {{ tags {{ key }} }} }} }}"""
        mover = (await ask(client, query))["mover"]
    backend = datasync_backends[LAB]["us-east-1"]
    parts = [location.tags[PART_TAG] for location in backend.locations.values()]
    assert sorted(parts) == ["destination", "source"]
    assert all(OPERATION_TAG in thing.tags for thing in backend.tasks.values())
    for shown in (mover["tags"], mover["source"]["tags"]):
        assert {tag["key"].partition(":")[0] for tag in shown} == {"spinup"}


async def test_a_store_that_is_away_for_a_while_only_delays(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(aws, LAB)
    away = {"add_events": 3, "set_task": 3, "end": 3}

    def failing(name: str) -> Any:
        real = getattr(OperationRecords, name)

        async def write(records: OperationRecords, *args: Any, **more: Any) -> Any:
            if away[name]:
                away[name] -= 1
                raise Upstream("the store is away")
            return await real(records, *args, **more)

        return write

    for name in away:
        monkeypatch.setattr(OperationRecords, name, failing(name))
    async with serving(tmp_path) as client:
        await made(client)
    assert set(away.values()) == {0}
    assert left(aws, LAB) == (1, 2, 2)


async def test_a_quota_that_is_reached_fails_at_once_and_is_undone(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    aws.set_pace(tasks=0)
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert "limit of 0 tasks" in operation["failure"]["message"]
    assert aws.interceptor.counts()["datasync.CreateTask"] == 1
    assert left(aws, LAB) == (0, 0, 0)


async def test_a_new_role_is_waited_for(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    aws.set_pace(propagation=2, creating=0.3)
    async with serving(tmp_path) as client:
        await made(client)
    assert aws.interceptor.counts()["datasync.CreateLocationS3"] > 2
    assert left(aws, LAB) == (1, 2, 2)


async def test_a_name_that_was_taken_between_check_and_record_is_refused(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        first = asyncio.Event()
        real = OperationRecords.begin

        async def late(records: OperationRecords, *args: Any, **bounds: Any) -> Any:
            if not first.is_set():  # the other's whole life lies between our check and our record
                first.set()
                await made(client)
            return await real(records, *args, **bounds)

        monkeypatch.setattr(OperationRecords, "begin", late)
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert [error["code"] for error in payload["errors"]] == ["NAME_TAKEN"]
    assert left(aws, LAB) == (1, 2, 2)


async def test_a_role_that_another_made_is_neither_taken_nor_deleted(aws: Sandbox) -> None:
    aws.role(LAB, ROLE, external_id="x-1")
    ours, others = (Tag(OPERATION_TAG, "ours"),), (Tag(OPERATION_TAG, "others"),)
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:
        made_once = await ensure_role(
            gateway.bind(LAB), "r", "/spinup/acme/g/", Resource(BUCKET), others
        )
        assert made_once == await ensure_role(
            gateway.bind(LAB), "r", "/spinup/acme/g/", Resource(BUCKET), others
        )
        with pytest.raises(Conflict, match="has other tags"):
            await ensure_role(gateway.bind(LAB), "r", "/spinup/acme/g/", Resource(BUCKET), ours)
        await delete_role(gateway.bind(LAB), "r", ours)
        await gateway.bind(LAB).call("iam", Access.MANAGE, "get_role", RoleName="r")
        await delete_role(gateway.bind(LAB), "r", others)
    assert left(aws, LAB) == (0, 0, 0)
